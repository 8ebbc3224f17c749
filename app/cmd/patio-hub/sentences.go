package main

import (
	"maps"
	"slices"
	"strings"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/sync/protocol"
)

// sentences say in English what each code, or each code and field, means to who
// looks after a hub; {name} stands for a parameter.
var sentences = map[crm.Code]string{
	crm.CodeInternal:    "a fault of the program or of the machine",
	crm.CodeNotFound:    "not found",
	crm.CodeRequired:    "a value is missing",
	crm.CodeInvalid:     "not a valid value",
	crm.CodeTooLong:     "the text is too long",
	crm.CodeConflict:    "the name is taken",
	crm.CodeUnsupported: "this can't be done here",
	crm.CodeCancelled:   "interrupted",
	crm.CodeLocked:      "another process works in {folder}",
	crm.CodeReadOnly:    "the folder or file is read only",
	crm.CodeDiskFull:    "the disk is full; what was saved is safe",

	crm.CodeInvalid + ".data":         "{folder} is no folder",
	crm.CodeInvalid + ".listen":       "{value} is no address to listen at, or one that is taken; behind a proxy only loopback will do",
	crm.CodeInvalid + ".metrics":      "{value} is no loopback address to listen at, or one that is taken",
	crm.CodeInvalid + ".public":       "{value} is no address such as https://host:port",
	crm.CodeInvalid + ".hours":        "a code is good for 1 to 720 hours, not {value}",
	crm.CodeInvalid + ".max-file":     "a file may have 1 to 1024 MB, not {value}",
	crm.CodeInvalid + ".role":         "{value} is no role: admin, manager or seller",
	crm.CodeTooLong + ".data":         "the data folder's path has more than {max} bytes, too many for a socket in it",
	crm.CodeRequired + ".public":      "the hub's address isn't known: serve it once, or name one with --public",
	crm.CodeNotFound + ".workspace":   "there is no workspace {name}",
	crm.CodeNotFound + ".user":        "there is no user {name}",
	crm.CodeNotFound + ".shop":        "there is no shop {name}: a device that knows it has to sync first, or name it by its id",
	crm.CodeNotFound + ".device":      "there is no device {number}",
	crm.CodeNotFound + ".database":    "the workspaces are gone from {folder}: restore a backup",
	crm.CodeNotFound + ".key":         "the hub's key is gone from its folder ({key}): restore a backup, or every device has to be enrolled again after deleting hub.json",
	crm.CodeUnsupported + ".database": "what is in PostgreSQL is copied and brought back by PostgreSQL's own tools; restore without a file follows",

	hubd.CodeOtherStore: "the workspaces of this folder are in {store}: name it as it was",
	hubd.CodeAmbiguous:  "{count} are called {name}: name the one by its id",
	hubd.CodeNotBackup:  "no backup of a hub, or a damaged one",

	crm.Code(protocol.CodeUnknown): "nobody here knows that device",
}

// sentence tells an error in English: what it is about, what its code means,
// the parameters that the sentence doesn't hold, and the cause where the code
// alone says too little.
func sentence(err *crm.Error) string {
	cause := err.Unwrap()
	if err.Code == CodeUsage && cause != nil {
		return cause.Error()
	}
	about := err.Field
	text, ok := sentences[err.Code+"."+crm.Code(err.Field)]
	if ok {
		about = ""
	} else if text = sentences[err.Code]; text == "" {
		text = string(err.Code)
	}
	if err.Code == crm.CodeInternal && cause != nil {
		text += ": " + cause.Error()
	}
	var details []string
	for _, name := range slices.Sorted(maps.Keys(err.Params)) {
		value, hole := err.Params[name], "{"+name+"}"
		switch {
		case strings.Contains(text, hole):
			text = strings.ReplaceAll(text, hole, value)
		case name == err.Field:
			about = value
		default:
			details = append(details, name+" "+value)
		}
	}
	if about != "" {
		text = about + ": " + text
	}
	if len(details) > 0 {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	return text
}
