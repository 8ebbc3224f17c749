import Archive from '@lucide/svelte/icons/archive';
import Columns3 from '@lucide/svelte/icons/columns-3';
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet';
import Flag from '@lucide/svelte/icons/flag';
import Info from '@lucide/svelte/icons/info';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Palette from '@lucide/svelte/icons/palette';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Signpost from '@lucide/svelte/icons/signpost';
import Store from '@lucide/svelte/icons/store';
import Tag from '@lucide/svelte/icons/tag';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import type { Key } from '../../shared/i18n/index.svelte';

export interface Section {
  /** The last part of its address. */
  id: string;
  label: Key;
  icon: Component<{ size?: number | string }>;
}

/** The sections of the settings, in the order of their list. */
export const SECTIONS: readonly Section[] = [
  { id: 'shop', label: 'settings.shop', icon: Store },
  { id: 'people', label: 'settings.people', icon: Users },
  { id: 'sources', label: 'settings.sources', icon: Signpost },
  { id: 'tags', label: 'settings.tags', icon: Tag },
  { id: 'fields', label: 'settings.fields', icon: TextCursorInput },
  { id: 'reasons', label: 'settings.reasons', icon: Flag },
  { id: 'pipelines', label: 'settings.pipelines', icon: Columns3 },
  { id: 'rules', label: 'settings.rules', icon: ListChecks },
  { id: 'appearance', label: 'settings.appearance', icon: Palette },
  { id: 'data', label: 'settings.data', icon: FileSpreadsheet },
  { id: 'sync', label: 'settings.sync', icon: RefreshCw },
  { id: 'backups', label: 'settings.backups', icon: Archive },
  { id: 'about', label: 'settings.about', icon: Info },
];

/** The section of an address; the first when there is none of that name. */
export function sectionOf(id: string | undefined): Section {
  return SECTIONS.find((section) => section.id === id) ?? SECTIONS[0]!;
}
