package api

import (
	"os"
	"path/filepath"
	"testing"

	"patio/backend/crm"
)

func TestAHandleServesItsUseOnly(t *testing.T) {
	files := NewFiles()
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte("nome"), 0o600); err != nil {
		t.Fatal(err)
	}
	ref := files.Add(path, FileRead)
	if ref.Name != "leads.csv" || ref.Size != 4 || ref.Handle == "" {
		t.Errorf("got %+v", ref)
	}
	if got, err := files.Path(ref.Handle, FileRead); err != nil || got != path {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := files.Any(ref.Handle); err != nil || got != path {
		t.Errorf("got %q, %v", got, err)
	}
	for _, use := range []FileUse{FileWrite, FileFolder} {
		if _, err := files.Path(ref.Handle, use); crm.CodeOf(err) != CodeFileHandle {
			t.Errorf("use %d: got %v", use, err)
		}
	}
}

func TestAPathIsNoHandle(t *testing.T) {
	files := NewFiles()
	path := filepath.Join(t.TempDir(), "leads.csv")
	files.Add(path, FileRead)
	for _, handle := range []string{"", path, "leads.csv"} {
		if _, err := files.Path(handle, FileRead); crm.CodeOf(err) != CodeFileHandle {
			t.Errorf("%q: got %v", handle, err)
		}
		if _, err := files.Any(handle); crm.CodeOf(err) != CodeFileHandle {
			t.Errorf("%q: got %v", handle, err)
		}
	}
}

func TestReleaseDeletesOnlyWhatTheShellMade(t *testing.T) {
	files := NewFiles()
	picked, made := filepath.Join(t.TempDir(), "a.csv"), filepath.Join(t.TempDir(), "b.csv")
	for _, path := range []string{picked, made} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []FileRef{files.Add(picked, FileRead), files.AddOwned(made, FileRead)} {
		for range 2 {
			if err := files.Release(ref.Handle); err != nil {
				t.Error(err)
			}
		}
		if _, err := files.Any(ref.Handle); crm.CodeOf(err) != CodeFileHandle {
			t.Errorf("%s: handle still works", ref.Name)
		}
	}
	if _, err := os.Stat(picked); err != nil {
		t.Errorf("the person's file: %v", err)
	}
	if _, err := os.Stat(made); !os.IsNotExist(err) {
		t.Errorf("the shell's file: %v", err)
	}
}
