package webhost

import (
	"patio/app/api"
	"patio/backend/crm"
)

// shell is api.Shell in a browser. The page picks files itself and uploads
// them; what is saved is downloaded. The rest a page can't be given.
type shell struct {
	files  *api.Files
	folder string
}

var _ api.Shell = (*shell)(nil)

// NewShell makes the shell for a host with the same registry and folder.
func NewShell(files *api.Files, folder string) api.Shell { return &shell{files, folder} }

func (s *shell) Kind() string { return api.ShellBrowser }

// PickSave asks nothing: it makes the file that the page then downloads.
func (s *shell) PickSave(ask api.SaveAsk) (api.FileRef, error) {
	file, err := newPrivateFile(s.folder, ask.Name)
	if err != nil {
		return api.FileRef{}, err
	}
	if err := file.Close(); err != nil {
		return api.FileRef{}, err
	}
	ref := s.files.AddOwned(file.Name(), api.FileWrite)
	ref.URL = "/files/" + ref.Handle
	return ref, nil
}

// OpenURL hands the link back in the error: the page opens it in a new tab.
func (s *shell) OpenURL(url string) error {
	return crm.NewError(crm.CodeUnsupported, "", "what", "openURL", "url", url)
}

func (s *shell) PickOpen(api.OpenAsk) (api.FileRef, error) {
	return api.FileRef{}, api.Unsupported("pickOpen")
}

func (s *shell) PickFolder(string) (api.FileRef, error) {
	return api.FileRef{}, api.Unsupported("pickFolder")
}

func (s *shell) Reveal(string) error     { return api.Unsupported("reveal") }
func (s *shell) View(string) error       { return api.Unsupported("view") }
func (s *shell) Print() error            { return api.Unsupported("print") }
func (s *shell) SetTitle(string) error   { return api.Unsupported("setTitle") }
func (s *shell) ToggleFullscreen() error { return api.Unsupported("toggleFullscreen") }
func (s *shell) Quit() error             { return api.Unsupported("quit") }
