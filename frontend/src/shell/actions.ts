import Contrast from '@lucide/svelte/icons/contrast';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Redo2 from '@lucide/svelte/icons/redo-2';
import Search from '@lucide/svelte/icons/search';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Action } from '../shared/actions';
import { router } from '../shared/router';
import { appearance, redo, session, THEMES, undo } from '../shared/stores';
import { navRoutes, navTarget } from './features';

interface Openers {
  openPalette: () => void;
  openSheet: () => void;
}

/** What the frame around the features can do by itself. */
export function shellActions({ openPalette, openSheet }: Openers): Action[] {
  return [
    {
      id: 'shell.palette',
      label: 'shell.action.palette',
      group: 'shell.group.program',
      icon: Search,
      shortcut: '$mod+k',
      typeAhead: true,
      unlisted: true,
      when: () => !session.state.firstRun, // who is here comes first
      perform: openPalette,
    },
    {
      id: 'shell.shortcuts',
      label: 'shell.action.shortcuts',
      group: 'shell.group.program',
      icon: Keyboard,
      shortcut: 'F1',
      perform: openSheet,
    },
    {
      id: 'shell.undo',
      label: 'shell.action.undo',
      group: 'shell.group.program',
      icon: Undo2,
      shortcut: '$mod+z',
      perform: undo,
    },
    {
      id: 'shell.redo',
      label: 'shell.action.redo',
      group: 'shell.group.program',
      icon: Redo2,
      shortcut: '$mod+y',
      aliases: ['$mod+Shift+z'],
      perform: redo,
    },
    ...navRoutes().map((route): Action => {
      const { label, icon } = route.nav!;
      return {
        id: `go:${route.path}`,
        label,
        icon,
        group: 'shell.group.go',
        when: route.when,
        perform: () => router.go(navTarget(route)),
      };
    }),
    {
      id: 'shell.theme',
      label: 'shell.action.theme',
      group: 'shell.group.look',
      icon: Contrast,
      perform: () =>
        appearance.setTheme(THEMES[(THEMES.indexOf(appearance.theme) + 1) % THEMES.length]!),
    },
    {
      id: 'shell.text.larger',
      label: 'shell.action.text_larger',
      group: 'shell.group.look',
      shortcut: '$mod+Equal',
      aliases: ['$mod+Shift+Equal', '$mod+NumpadAdd'],
      inDialog: true,
      perform: () => appearance.stepTextSize(1),
    },
    {
      id: 'shell.text.smaller',
      label: 'shell.action.text_smaller',
      group: 'shell.group.look',
      shortcut: '$mod+Minus',
      aliases: ['$mod+NumpadSubtract'],
      inDialog: true,
      perform: () => appearance.stepTextSize(-1),
    },
    {
      id: 'shell.text.normal',
      label: 'shell.action.text_normal',
      group: 'shell.group.look',
      shortcut: '$mod+0',
      inDialog: true,
      perform: () => appearance.stepTextSize(0),
    },
  ];
}
