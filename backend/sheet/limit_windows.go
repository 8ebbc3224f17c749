//go:build !race

package sheet

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// confine lets this process commit at most budget bytes of memory, through a
// job object of its own.
func confine(budget uint64) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{ProcessMemoryLimit: uintptr(budget)}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return err
	}
	// The handle stays open: the job, and its limit, live as long as it does.
	return windows.AssignProcessToJobObject(job, windows.CurrentProcess())
}
