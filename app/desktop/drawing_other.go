//go:build !linux

package desktop

import "github.com/wailsapp/wails/v2/pkg/options/linux"

func (d *drawing) prepare() error { return nil }

func (d *drawing) policy() linux.WebviewGpuPolicy { return linux.WebviewGpuPolicyNever }
