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
	return group("user", "The people of a workspace", newUserSet(t), workspaceFlag(add, &u.Workspace), workspaceFlag(list, &workspace))
}

func newUserSet(t *terminal) *cobra.Command {
	var u hubd.UserChange
	set := &cobra.Command{
		Use: "set --workspace W --user N [--role R] [--shop S]… --data DIR", Short: "Change a person's role or shops",
		Long: "Changes what is named; --shop names all shops from now on. The person's devices follow: what they\n" +
			"see no more goes from them once what they wrote has been answered.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			changed, err := call[hubd.User](cmd.Context(), t, hubd.ChangeUser, u)
			if err != nil {
				return err
			}
			return t.answer(changed, users([]hubd.User{changed}))
		},
	}
	set.Flags().StringVar(&u.User, "user", "", "the person, by name or id (required)")
	set.Flags().StringVar(&u.Role, "role", "", "admin, manager or seller")
	set.Flags().StringArrayVar(&u.Shops, "shop", nil, "shop that the person works in, by name or id (again for more)")
	return workspaceFlag(set, &u.Workspace)
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
