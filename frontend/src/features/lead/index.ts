import './strings';
import type { Feature } from '../../shared/feature';
import Overlay from './Overlay.svelte';
import { leadSearch, noteSearch } from './search';

export default {
  name: 'lead',
  routes: [{ path: '/lead/:id', title: 'lead.title', page: () => import('./LeadPage.svelte') }],
  overlay: Overlay,
  search: [leadSearch, noteSearch],
} satisfies Feature;
