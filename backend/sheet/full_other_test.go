//go:build !windows

package sheet

import "syscall"

const errFull = syscall.ENOSPC
