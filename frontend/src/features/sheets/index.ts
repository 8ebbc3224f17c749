import './strings';
import Download from '@lucide/svelte/icons/download';
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet';
import type { Feature } from '../../shared/feature';
import { router } from '../../shared/router';
import { shown } from '../../shared/leads/shown.svelte';
import { session } from '../../shared/stores';
import { exporting } from './exporting.svelte';
import Indicator from './Indicator.svelte';
import Interrupted from './Interrupted.svelte';
import Overlay from './Overlay.svelte';

/** Spreadsheets in and out, and the long work that they are. */
export default {
  name: 'sheets',
  routes: [
    {
      path: '/import',
      page: () => import('./ImportPage.svelte'),
      title: 'sheets.import',
      when: () => !session.state.firstRun,
    },
  ],
  actions: [
    {
      id: 'sheets.import',
      label: 'sheets.import',
      group: 'sheets.group',
      icon: FileSpreadsheet,
      perform: () => router.go('/import'),
    },
    {
      id: 'sheets.export',
      label: 'sheets.export',
      group: 'sheets.group',
      icon: Download,
      when: () => shown.list !== undefined,
      perform: () => exporting.list(),
    },
    {
      id: 'sheets.export_all',
      label: 'sheets.export_all',
      group: 'sheets.group',
      icon: Download,
      perform: () => exporting.everything(),
    },
  ],
  banner: Interrupted,
  indicator: Indicator,
  overlay: Overlay,
} satisfies Feature as Feature;
