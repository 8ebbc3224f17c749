// Package sheet brings spreadsheets in and out: CSV, TSV and XLSX as people
// have them, with encoding, separator, header, dates and prices found rather
// than asked. It knows no store.
//
// The way in: Open makes a private copy of the rows; Suggest proposes what
// each column means; a Parser turns rows into leads, warnings and refusals.
// The way out: NewCSVWriter and NewXLSXWriter.
//
// Workbooks are hostile until read: a child process under a memory limit does
// it (see Child), so that every main must give ChildMain the first word.
package sheet

import (
	"errors"
	"io/fs"
	"strconv"
	"syscall"

	"patio/backend/crm"
)

// Codes of a file that can't be imported. Params are named beside them.
const (
	CodeMissing     crm.Code = "sheet.missing"          // no such file
	CodeUnreadable  crm.Code = "sheet.unreadable"       // the system doesn't let us read it
	CodeInUse       crm.Code = "sheet.in_use"           // another program holds it open
	CodeEmpty       crm.Code = "sheet.empty"            // nothing in it
	CodeNoRows      crm.Code = "sheet.no_rows"          // a header and nothing below
	CodeBinary      crm.Code = "sheet.binary"           // kind: "pdf", "image", "zip", "gzip", "document", "numbers", "rtf" or ""
	CodeXLS         crm.Code = "sheet.xls"              // a workbook of before 2007
	CodeXLSB        crm.Code = "sheet.xlsb"             // a binary workbook
	CodeODS         crm.Code = "sheet.ods"              // LibreOffice's own format
	CodeHTML        crm.Code = "sheet.html"             // a web page, whatever its name says
	CodeXML         crm.Code = "sheet.xml"              // XML, the workbook of Excel 2003 included
	CodeEncrypted   crm.Code = "sheet.encrypted"        // asks for a password
	CodeCorrupt     crm.Code = "sheet.corrupt"          // cut off or damaged; part, row where known
	CodeBomb        crm.Code = "sheet.bomb"             // unpacks beyond reason; reason: "size", "ratio", "parts", "memory"
	CodeTooLarge    crm.Code = "sheet.too_large"        // max, in megabytes
	CodeManyColumns crm.Code = "sheet.too_many_columns" // max, found, row
	CodeManyRows    crm.Code = "sheet.too_many_rows"    // max
	CodeLongRow     crm.Code = "sheet.row_too_long"     // row
	CodeOpenQuote   crm.Code = "sheet.unclosed_quote"   // row: where a quote opens that nothing closes
	CodeNoTab       crm.Code = "sheet.no_tab"           // tab: the workbook has no such sheet
	CodeLongCell    crm.Code = "sheet.cell_too_long"    // max; on the way out
)

// Bounds of an import.
const (
	MaxColumns = 256
	MaxRows    = 1_000_000
	maxFile    = 1 << 30 // bytes of a text or packed workbook
	maxRecord  = 4 << 20 // bytes of one row
)

func fail(code crm.Code, pairs ...string) *crm.Error { return crm.NewError(code, "", pairs...) }

// ofFile names what went wrong with a file or the disk.
func ofFile(err error) error {
	var ours *crm.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, fs.ErrNotExist):
		return fail(CodeMissing).Because(err)
	case inUse(err):
		return fail(CodeInUse).Because(err)
	case errors.Is(err, syscall.ENOSPC) || diskFull(err):
		return fail(crm.CodeDiskFull).Because(err)
	}
	return fail(CodeUnreadable).Because(err)
}

func number(n int) string { return strconv.Itoa(n) }
