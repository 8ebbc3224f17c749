package main

import "patio/backend/crm"

// Exit codes. They never change once released; scripts depend on them.
const (
	exitDone      = 0
	exitInternal  = 1   // a fault of the program or of the machine; the log has more
	exitUsage     = 2   // wrong command line
	exitRefused   = 3   // understood and refused: a bad file, a wrong value
	exitLocked    = 4   // another process holds the database
	exitTooNew    = 5   // the database is of a newer version of the program
	exitCorrupt   = 6   // the database is damaged and could not be mended
	exitDisk      = 7   // the disk is full, or the folder can't be written
	exitNotFound  = 8   // no such file or record
	exitCancelled = 130 // interrupted, as shells count it
)

var exits = map[crm.Code]int{
	crm.CodeInternal:  exitInternal,
	CodeUsage:         exitUsage,
	crm.CodeLocked:    exitLocked,
	crm.CodeTooNew:    exitTooNew,
	crm.CodeCorrupt:   exitCorrupt,
	crm.CodeDiskFull:  exitDisk,
	crm.CodeReadOnly:  exitDisk,
	crm.CodeNotFound:  exitNotFound,
	crm.CodeCancelled: exitCancelled,
}

// exitOf is exitRefused for every code that has no exit code of its own.
func exitOf(code crm.Code) int {
	if exit, ok := exits[code]; ok {
		return exit
	}
	return exitRefused
}
