//go:build window

package windowtest

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	_ "modernc.org/sqlite"

	"patio/backend/store"
)

// shopFolder is a data folder whose shop is set up.
func shopFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	s := openStore(t, dir)
	startShop(t, s)
	closeStore(t, s)
	return dir
}

// answerPath types a path into a file dialog and agrees.
func answerPath(w *Window, tree *Tree, path, button string) {
	dialog := w.program.Dialog(w)
	dialog.Key("ctrl+l") // the field for a path
	tree.Find("text", "")
	dialog.Key("ctrl+a")
	dialog.Type(path)
	w.Click(tree.Find("push button", button).Centre())
	w.WaitActive()
}

func TestADatabaseOfANewerProgramIsToldAndThePageEndsTheProgram(t *testing.T) {
	dir := shopFolder(t)
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	tree.Find("", "O Pátio deste computador é antigo")
	w.Shot("newer")
	w.Click(tree.Find("", "Fechar o Pátio").Centre())
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAFolderThatTakesNothingIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := Launch(t, program, filepath.Join(file, "data"))
	w := p.Window()
	w.Tree().Find("", "A pasta dos dados não deixa gravar")
	w.Shot("read-only")
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestCopiesGoToAFolderThatWasPicked(t *testing.T) {
	dir, stick := shopFolder(t), filepath.Join(t.TempDir(), "pendrive")
	if err := os.Mkdir(stick, 0o700); err != nil {
		t.Fatal(err)
	}
	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	w.Click(tree.Find("", "Ajustes").Centre())
	w.Click(tree.Find("", "Cópias de segurança").Centre())
	w.Click(tree.Find("", "Escolher pasta").Centre())
	answerPath(w, tree, stick, "Open")
	tree.Find("", "Trocar pasta")
	w.Click(tree.Find("", "Fazer cópia agora").Centre())
	Eventually(t, "a copy in the folder", func() bool {
		copies, err := filepath.Glob(filepath.Join(stick, "*"))
		return err == nil && len(copies) > 0
	})
	w.Shot("backups")
	w.Close()
	p.WaitExit()
}

// fileManager stands for the desktop's, and keeps what it is asked to show.
type fileManager chan []string

func (f fileManager) ShowItems(files []string, _ string) *dbus.Error {
	f <- files
	return nil
}

// claim stands for a service of the desktop on the session's bus.
func claim(t *testing.T, service string, path dbus.ObjectPath, methods any) *dbus.Conn {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Close() })
	if err := bus.Export(methods, path, service); err != nil {
		t.Fatal(err)
	}
	if reply, err := bus.RequestName(service, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%s: %v, %v", service, reply, err)
	}
	return bus
}

func TestAnExportedFileIsShownInTheFileManager(t *testing.T) {
	shown := make(fileManager, 1)
	claim(t, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", shown)

	p := Launch(t, program, shopFolder(t))
	w := p.Window()
	tree := w.Tree()
	w.Click(tree.Find("", "Ajustes").Centre())
	w.Click(tree.Find("", "Planilhas e exemplos").Centre())
	w.Click(tree.FindLast("Exportar").Centre())
	tree.Find("", "Formato")
	w.Shot("export")
	w.Click(tree.FindLast("Exportar").Centre())
	file := filepath.Join(t.TempDir(), "leads da loja.xlsx")
	answerPath(w, tree, file, "Save")
	w.Click(tree.Find("", "Mostrar na pasta").Centre())
	want := (&url.URL{Scheme: "file", Path: file}).String()
	Eventually(t, "the file manager being asked", func() bool {
		select {
		case files := <-shown:
			if strings.Join(files, " ") != want {
				t.Errorf("asked for %q, want %q", files, want)
			}
			return true
		default:
			return false
		}
	})
	w.Close()
	p.WaitExit()
}

func TestTheListIsPrinted(t *testing.T) {
	p := Launch(t, program, shopFolder(t))
	w := p.Window()
	tree := w.Tree()
	w.Click(tree.Find("", "Lista").Centre())
	tree.Find("", "Lista · Pátio")
	w.Key("ctrl+p")
	dialog := p.Dialog(w)
	Eventually(t, "the system's print dialog", func() bool { return dialog.Title() == "Print" })
	w.Shot("print")
	dialog.Key("Escape")
	w.WaitActive()
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
