package hubd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/record"
)

// CodeAmbiguous: a name that more than one has; its id tells which.
const CodeAmbiguous crm.Code = "hub.ambiguous"

// Workspace is one as commands tell it.
type Workspace struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Head    uint64 `json:"head"`    // changes so far
	Epoch   string `json:"epoch"`   // moves with every restore
	Devices int    `json:"devices"` // that may sync
}

// Named is what to look at, by its name or its id.
type Named struct {
	Name string `json:"name"`
}

// NewWorkspace is a workspace to make.
type NewWorkspace struct {
	Name string `json:"name"`
	ID   string `json:"id"` // of one whose hub is gone, and whose devices join this one; "" makes a new one
}

// command is one that a running hub does for somebody at its machine.
type command func(ctx context.Context, args json.RawMessage) (any, error)

func commandOf[A, R any](f func(context.Context, A) (R, error)) command {
	return func(ctx context.Context, text json.RawMessage) (any, error) {
		var args A
		if err := json.Unmarshal(text, &args); err != nil {
			return nil, crm.NewError(crm.CodeInvalid, "").Because(err)
		}
		return f(ctx, args)
	}
}

// Names of commands.
const (
	CreateWorkspace = "workspace.create" // NewWorkspace → Workspace
	ListWorkspaces  = "workspace.list"   // nothing → []Workspace
	AddUser         = "user.add"         // NewUser → User
	ChangeUser      = "user.set"         // UserChange → User
	ListUsers       = "user.list"        // Named (the workspace) → []User
	ListDevices     = "device.list"      // Named (the workspace) → []Device
	RevokeDevice    = "device.revoke"    // DeviceOf → Device
	Enroll          = "enroll"           // Enrolment → Enrolled
)

func (s *Service) commands() map[string]command {
	return map[string]command{
		CreateWorkspace: commandOf(s.createWorkspace),
		ListWorkspaces:  commandOf(s.listWorkspaces),
		AddUser:         commandOf(s.addUser),
		ChangeUser:      commandOf(s.changeUser),
		ListUsers:       commandOf(s.listUsers),
		ListDevices:     commandOf(s.listDevices),
		RevokeDevice:    commandOf(s.revokeDevice),
		Enroll:          commandOf(s.enroll),
	}
}

// Call does a command here, in the process that holds the folder.
func (s *Service) Call(ctx context.Context, name string, args, result any) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	answer, err := s.do(ctx, name, text)
	if err != nil {
		return err
	}
	if text, err = json.Marshal(answer); err != nil {
		return err
	}
	return json.Unmarshal(text, result)
}

func (s *Service) do(ctx context.Context, name string, args json.RawMessage) (any, error) {
	c := s.commands()[name]
	if c == nil {
		return nil, crm.NewError(crm.CodeUnsupported, "", "command", name)
	}
	answer, err := c(ctx, args)
	err = own(err)
	s.cfg.Log.Info().Str("command", name).Str("code", string(crm.CodeOf(err))).Msg("command")
	return answer, err
}

func (s *Service) createWorkspace(ctx context.Context, args NewWorkspace) (Workspace, error) {
	name, err := crm.CheckLine("name", args.Name)
	if err != nil {
		return Workspace{}, err
	}
	if name == "" {
		return Workspace{}, crm.NewError(crm.CodeRequired, "name")
	}
	all, err := s.listWorkspaces(ctx, struct{}{})
	if err != nil {
		return Workspace{}, err
	}
	if slices.ContainsFunc(all, func(w Workspace) bool { return strings.EqualFold(w.Name, name) }) {
		return Workspace{}, crm.NewError(crm.CodeConflict, "name", "name", name)
	}
	id, err := s.makeWorkspace(ctx, args.ID, name)
	if err != nil {
		return Workspace{}, err
	}
	return s.workspace(ctx, id)
}

func (s *Service) makeWorkspace(ctx context.Context, again, name string) (record.ID, error) {
	if again == "" {
		return s.hub.Create(ctx, name)
	}
	id, err := parseID(again)
	if err != nil {
		return id, crm.NewError(crm.CodeInvalid, "id", "value", again).Because(err)
	}
	err = s.hub.CreateAgain(ctx, id, name)
	if errors.Is(err, hub.ErrExists) {
		return id, crm.NewError(crm.CodeConflict, "id", "name", again)
	}
	return id, err
}

func (s *Service) listWorkspaces(ctx context.Context, _ struct{}) ([]Workspace, error) {
	ids, err := s.store.Workspaces(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Workspace, 0, len(ids))
	for _, id := range ids {
		w, err := s.workspace(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func (s *Service) workspace(ctx context.Context, id record.ID) (w Workspace, err error) {
	err = s.store.Read(ctx, id, func(v hub.View) error {
		head, err := v.Head()
		if err != nil {
			return err
		}
		devices, err := v.Devices()
		if err != nil {
			return err
		}
		w = Workspace{ID: idText(id), Name: head.Name, Head: head.Seq, Epoch: idText(head.Epoch)}
		for i := range devices {
			if devices[i].State == hub.Active {
				w.Devices++
			}
		}
		return nil
	})
	return w, err
}

// findWorkspace answers the one of that id or name.
func (s *Service) findWorkspace(ctx context.Context, text string) (record.ID, error) {
	all, err := s.listWorkspaces(ctx, struct{}{})
	if err != nil {
		return record.ID{}, err
	}
	w, err := pick("workspace", text, all, func(w Workspace) (id, name string) { return w.ID, w.Name })
	if err != nil {
		return record.ID{}, err
	}
	return parseID(w.ID)
}

// pick answers the one of that id or, if only one has it, of that name. Errors:
// required, not_found, hub.ambiguous.
func pick[T any](field, text string, all []T, of func(T) (id, name string)) (found T, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return found, crm.NewError(crm.CodeRequired, field)
	}
	n := 0
	for _, v := range all {
		id, name := of(v)
		if strings.EqualFold(id, text) {
			return v, nil
		}
		if strings.EqualFold(name, text) {
			found = v
			n++
		}
	}
	switch n {
	case 0:
		return found, crm.NewError(crm.CodeNotFound, field, "name", text)
	case 1:
		return found, nil
	}
	return found, crm.NewError(CodeAmbiguous, field, "name", text, "count", fmt.Sprint(n))
}
