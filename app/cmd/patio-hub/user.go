package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"patio/app/hubd"
)

func newUser(t *terminal) *cobra.Command {
	var u hubd.NewUser
	var workspace string
	add := &cobra.Command{
		Use: "add --workspace W --name N --role admin|manager|seller [--shop S]… --data DIR", Short: "Add a person",
		Long: "Adds a person to a workspace. Devices of an admin see all shops; those of others see the shops\n" +
			"that are named, by name or id. Without --shop that is the shop that every workspace starts with.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			added, err := call[hubd.User](cmd.Context(), t, hubd.AddUser, u)
			if err != nil {
				return err
			}
			return t.answer(added, added.ID)
		},
	}
	add.Flags().StringVar(&u.Name, "name", "", "the person's name (required)")
	add.Flags().StringVar(&u.Role, "role", "", "admin, manager or seller (required)")
	add.Flags().StringArrayVar(&u.Shops, "shop", nil, "shop that the person works in, by name or id (again for more)")
	list := &cobra.Command{
		Use: "list --workspace W --data DIR", Short: "List the people of a workspace", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := call[[]hubd.User](cmd.Context(), t, hubd.ListUsers, hubd.Named{Name: workspace})
			if err != nil {
				return err
			}
			return t.answer(struct {
				Users []hubd.User `json:"users"`
			}{all}, users(all))
		},
	}
	return group("user", "The people of a workspace", workspaceFlag(add, &u.Workspace), workspaceFlag(list, &workspace))
}

func users(all []hubd.User) string {
	var b strings.Builder
	for _, u := range all {
		retired := ""
		if u.Retired {
			retired = ", retired"
		}
		fmt.Fprintf(&b, "%s  %s: %s%s, shops %s\n", u.ID, u.Name, u.Role, retired, strings.Join(u.Shops, " "))
	}
	return b.String()
}
