package main

import (
	"maps"
	"slices"
	"strings"

	"patio/app/syncing"
	"patio/app/webhost"
	"patio/backend/crm"
	"patio/backend/duplicates"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/setup"
	"patio/backend/sheet"
	"patio/backend/store"
)

// sentences say in English what each code, or each code and field, means to who
// runs patioctl; {name} stands for a parameter.
var sentences = map[crm.Code]string{
	crm.CodeInternal:    "a fault of the program or of the machine",
	crm.CodeNotFound:    "not found",
	crm.CodeRequired:    "a value is missing",
	crm.CodeInvalid:     "not a valid value",
	crm.CodeTooLong:     "the text is too long",
	crm.CodeConflict:    "something else is under way, or was there first",
	crm.CodeUnsupported: "this can't be done here",
	crm.CodeCancelled:   "interrupted; what was committed stays",
	crm.CodeLocked:      "another process holds the database: close Pátio and try again",
	crm.CodeReadOnly:    "the folder or file is read only",
	crm.CodeDiskFull:    "the disk is full; what was saved is safe",
	crm.CodeTooNew:      "the database has schema {database}, from a newer version of the program, which knows {program}: update the program",
	crm.CodeCorrupt:     "the database is damaged and there is nothing to recover from: move the folder away and restore a backup into an empty one",

	crm.CodeNotFound + ".data":   "there is no database in {folder}",
	crm.CodeNotFound + ".resume": "there is no interrupted import to go on with",
	crm.CodeNotFound + ".leads":  "there are no leads to measure with",
	crm.CodeInvalid + ".data":    "{folder} is no folder",
	crm.CodeInvalid + ".file":    "not a file that may be written or read here: it is in the data folder, or no ordinary file",

	crm.CodeLeadContact:        "neither a valid phone nor a valid e-mail",
	crm.CodeStageTooMany:       "a pipeline has at most 10 stages",
	crm.CodeStageReadOnly:      "stage {stage} lists what was converted and takes no leads",
	crm.CodeStageDeleted:       "stage {stage} was deleted: choose another",
	crm.CodeReasonNeeded:       "a reason is needed",
	crm.CodeNotQualifying:      "the lead stands in no qualification: there is nothing to convert",
	store.CodePurgeAtDesk:      "the leads are on several PCs: the server erases what has rested long enough in the archive",
	crm.CodeSelfReferral:       "nobody is brought by themselves",
	crm.CodeNotACompany:        "{name} is a person's record, not a company's",
	crm.CodeAttachmentType:     "neither a photo nor a PDF",
	crm.CodeAttachmentTooLarge: "the file has more than {max} MB",
	crm.CodeAttachmentMissing:  "the file is not in the data folder",
	crm.CodeAttachmentDamaged:  "the file's bytes are others than they were",
	crm.CodeNothingToUndo:      "nothing to undo",
	crm.CodeNothingToRedo:      "nothing to redo",

	duplicates.CodeSame:      "both are one contact already",
	duplicates.CodeNotMerged: "the contact stands by itself already",

	format.CodePhone:    "not a valid phone",
	format.CodeEmail:    "not a valid e-mail",
	format.CodeCPF:      "not a valid CPF",
	format.CodeCNPJ:     "not a valid CNPJ",
	format.CodeDocument: "neither a valid CPF nor a valid CNPJ",
	format.CodePlate:    "not a valid plate",
	format.CodeMoney:    "not an amount of money",
	format.CodeDate:     "not a date",
	format.CodeCEP:      "not a valid CEP",

	fields.CodeGone:    "there is no such field",
	fields.CodeType:    "a field's type never changes: make another one",
	fields.CodeTooMany: "there are {max} already",
	fields.CodeNumber:  "not a number with at most four decimals",
	fields.CodeURL:     "not an http or https address",
	fields.CodeChoice:  "none of the field's choices",

	setup.CodeLastUser: "there must be one active person",
	setup.CodeActing:   "this person is the one who acts",
	setup.CodeTaken:    "the name is taken",

	setup.CodeLastPipeline: "one pipeline must be shown",
	setup.CodeLastOpen:     "stage {stage} is the pipeline's last open one",
	setup.CodeStageInUse:   "leads stand in stage {stage}",
	setup.CodeCurrencyUsed: "leads have values in {currency}",

	syncing.CodeUnreachable:    "the hub doesn't answer: what waits is kept and told later",
	syncing.CodeJoined:         "this installation is a device already",
	syncing.CodeNotJoined:      "this database is no device of a workspace here: join with a code",
	syncing.CodeOtherWorkspace: "these data belong to another workspace",
	syncing.CodeRemovals:       "the hub would remove more than a fifth of the records: look at it in the window first",

	"sync.code":           "no code, or one with a wrong letter",
	"sync.invite":         "the code is wrong, was used already or has expired",
	"sync.certificate":    "whoever answers there is not the hub that the code tells of; nothing was sent",
	"sync.revoked":        "this device may not sync any more",
	"sync.unknown_device": "the hub doesn't know this device: join with another code",
	"sync.client_old":     "this program is too old for the hub: update it",
	"sync.hub_old":        "the hub is older than this program: update the hub",
	"sync.not_allowed":    "only an admin's device may do that to others",
	"sync.hub_failure":    "the hub could not answer: try later",
	"sync.malformed":      "the hub did not understand what was sent: update both",
	"sync.too_large":      "what was sent is too large for the hub",
	"sync.forged":         "the hub refused writes that are not this device's",
	"sync.forked":         "another copy of this database is in use",
	"sync.epoch":          "the hub came back from a backup",
	"sync.retired":        "this device's number has changed",
	"sync.blob_unknown":   "the hub doesn't have that file, or this device may not see it",
	"sync.blob_damaged":   "the file reached the hub damaged: send it again",
	"sync.blob_too_large": "the file is larger than the hub takes",
	"sync.blob_room":      "the hub has no room for files: the file stays here",

	// A hub's reasons; no command here meets them, a refused write names them.
	"policy.role":      "the role doesn't allow it",
	"policy.shop":      "it reaches into a shop that isn't the writer's",
	"policy.immutable": "history is not rewritten",

	store.CodeNotBackup:     "not a database of Pátio",
	store.CodeBusy:          "the database is being read: try again",
	store.CodeFolderNetwork: "the folder is on another machine's disk, where a database is not safe",
	store.CodeFolderSynced:  "the folder is synced by {by}, which would tear the database",

	sheet.CodeID:        "not an id of a lead",
	sheet.CodeTimeframe: "not a purchase timeframe",

	sheet.CodeMissing:     "no such file",
	sheet.CodeUnreadable:  "the file can't be read",
	sheet.CodeInUse:       "another program holds the file",
	sheet.CodeEmpty:       "the file is empty",
	sheet.CodeNoRows:      "there is a header and nothing below",
	sheet.CodeBinary:      "the file is no spreadsheet",
	sheet.CodeXLS:         "a workbook of before 2007: save it as .xlsx or CSV",
	sheet.CodeXLSB:        "a binary workbook: save it as .xlsx or CSV",
	sheet.CodeODS:         "a sheet of LibreOffice: save it as .xlsx or CSV",
	sheet.CodeHTML:        "a web page, whatever its name says: save it as .xlsx or CSV",
	sheet.CodeXML:         "an XML file: save it as .xlsx or CSV",
	sheet.CodeEncrypted:   "the workbook asks for a password",
	sheet.CodeCorrupt:     "the file is damaged or cut off",
	sheet.CodeBomb:        "the workbook unpacks beyond reason",
	sheet.CodeTooLarge:    "the file has more than {max} MB",
	sheet.CodeManyColumns: "row {row} has {found} columns, more than {max}",
	sheet.CodeManyRows:    "the sheet has more than {max} rows",
	sheet.CodeLongRow:     "row {row} is too long",
	sheet.CodeOpenQuote:   "row {row} opens a quote that nothing closes",
	sheet.CodeNoTab:       "the workbook has no tab {tab}",
	sheet.CodeLongCell:    "a text is longer than a workbook's cell: export as .csv",

	sheet.CodeUnknownColumn: "the file has no column {column}",
	sheet.CodeUnknownField:  "there is no field {field}; patioctl import --help lists them",
	sheet.CodeFieldTwice:    "column {column}: another one is mapped to {field} already",
	sheet.CodeNoName:        "no column is mapped to name, first_name, last_name or company",
	sheet.CodeNoContact:     "no column is mapped to phone or email",

	webhost.CodeLoopback: "only loopback addresses are served, such as 127.0.0.1:0",
}

// sentence tells an error in English: what it is about, what its code means,
// the parameters that the sentence doesn't hold, and the cause where the code
// alone says too little.
func sentence(err *crm.Error) string {
	cause := err.Unwrap()
	if err.Code == CodeUsage && cause != nil {
		return cause.Error()
	}
	about, ofField := err.Field, true
	text, ok := sentences[err.Code+"."+crm.Code(err.Field)]
	if !ok {
		text, ofField = sentences[err.Code], false
	}
	if text == "" {
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
	if about != "" && (!ofField || about != err.Field) {
		text = about + ": " + text
	}
	if len(details) > 0 {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	return text
}
