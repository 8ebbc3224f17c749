//go:build !race

package sheet

// Memory is bounded, and measured, in builds without the race detector only:
// its own memory is several times the program's.

import (
	"archive/zip"
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// importBound is what an import may add to an idle program, in kilobytes: the
// reader of workbooks, all of it, and what the program itself grows by.
const importBound = 256 << 10

// TestAnHonestSheetOf100000RowsPassesInBoundedMemory imports a workbook with
// 800,000 different texts, as Excel writes them, and adds up the peaks.
func TestAnHonestSheetOf100000RowsPassesInBoundedMemory(t *testing.T) {
	const rows, columns = 100_000, 8
	path := filepath.Join(folder(t), "grande.xlsx")
	if err := writeHonestSheet(t, path, rows, columns); err != nil {
		t.Fatal(err)
	}
	before := memoryPeak(t)
	s := mustOpen(t, path)
	p := NewParser(s, s.Suggest(), Reading{Zone: saoPaulo(t), Region: "BR"})
	good := 0
	for row, err := range s.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		if r := p.Parse(row); !r.Refused() {
			good++
		}
	}
	if s.Count != rows || good != rows {
		t.Errorf("%d rows, %d leads", s.Count, good)
	}
	var children syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	grown := memoryPeak(t) - before
	t.Logf("the largest reader so far took %d MB, this process grew by %d MB", children.Maxrss>>10, grown>>10)
	if total := children.Maxrss + grown; total > importBound {
		t.Errorf("an import takes %d MB", total>>10)
	}
}

// memoryPeak answers the most memory this process ever held, in kilobytes.
func memoryPeak(t *testing.T) int64 {
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		t.Fatal(err)
	}
	return self.Maxrss
}

func TestAWorkbookThatNeedsTooMuchMemoryEndsItsReaderOnly(t *testing.T) {
	cell := strings.Repeat("uma linha do texto; ", 100<<20/20)
	data := textRow(1, "Nome", "Telefone") + `<row r="2"><c r="A2" t="str"><v>` + cell + `</v></c></row>`
	refusedAs(t, newWorkbook(data).packed(t, zip.Store), CodeBomb, "reason", "memory")
}

func writeHonestSheet(t *testing.T, path string, rows, columns int) error {
	dir := folder(t)
	tab, err := os.Create(filepath.Join(dir, "tab"))
	if err != nil {
		return err
	}
	defer tab.Close()
	texts, err := os.Create(filepath.Join(dir, "texts"))
	if err != nil {
		return err
	}
	defer texts.Close()
	tabOut, textsOut := bufio.NewWriter(tab), bufio.NewWriter(texts)
	shell := newWorkbook("|")
	head, foot, _ := strings.Cut(shell[tabOne], "|")
	tabOut.WriteString(head + textRow(1, "Nome", "Telefone", "Cor", "Km", "Câmbio", "Combustível", "Portas", "Observações"))
	fmt.Fprintf(textsOut, "%s<sst %s>", xmlHead, mainNS)
	n := 0
	for r := 2; r <= rows+1; r++ {
		fmt.Fprintf(tabOut, `<row r="%d" spans="1:%d">`, r, columns)
		for c := range columns {
			fmt.Fprintf(tabOut, `<c r="%s%d" t="s"><v>%d</v></c>`, ColumnName(c), r, n)
			if n++; c == 1 {
				fmt.Fprintf(textsOut, `<si><t>(11) 9%04d-%04d</t></si>`, r/10000, r%10000)
			} else {
				fmt.Fprintf(textsOut, `<si><t>Cliente número %d, coluna %d</t></si>`, r, c)
			}
		}
		tabOut.WriteString("</row>")
	}
	tabOut.WriteString(foot)
	textsOut.WriteString("</sst>")
	if err := tabOut.Flush(); err != nil {
		return err
	}
	if err := textsOut.Flush(); err != nil {
		return err
	}
	return packFiles(path, shell, map[string]string{tabOne: tab.Name(), "xl/sharedStrings.xml": texts.Name()})
}
