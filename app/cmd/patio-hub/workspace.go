package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patio/app/hubd"
)

func newWorkspace(t *terminal) *cobra.Command {
	return group("workspace", "Workspaces: one a dealer, or a group of dealers",
		&cobra.Command{
			Use: "create NAME --data DIR", Short: "Make a workspace", Args: one("a name"),
			RunE: func(cmd *cobra.Command, args []string) error {
				w, err := call[hubd.Workspace](cmd.Context(), t, hubd.CreateWorkspace, hubd.NewWorkspace{Name: args[0]})
				if err != nil {
					return err
				}
				return t.answer(w, w.ID)
			},
		},
		&cobra.Command{
			Use: "list --data DIR", Short: "List workspaces", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				all, err := call[[]hubd.Workspace](cmd.Context(), t, hubd.ListWorkspaces, struct{}{})
				if err != nil {
					return err
				}
				return t.answer(struct {
					Workspaces []hubd.Workspace `json:"workspaces"`
				}{all}, workspaces(all))
			},
		},
	)
}

func workspaces(all []hubd.Workspace) string {
	var b strings.Builder
	for _, w := range all {
		fmt.Fprintf(&b, "%s  %s: %d changes, %d devices, epoch %s\n", w.ID, w.Name, w.Head, w.Devices, w.Epoch)
	}
	return b.String()
}

// workspaceFlag adds --workspace.
func workspaceFlag(cmd *cobra.Command, workspace *string) *cobra.Command {
	cmd.Flags().StringVar(workspace, "workspace", "", "workspace, by name or id (required)")
	return cmd
}
