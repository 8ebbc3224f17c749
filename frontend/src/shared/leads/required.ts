import { session } from '../stores/session.svelte';

/** Whether the workspace asks for a field in every new lead. Where leads are about matters, the subject stands for the vehicle. */
export function requires(field: string): boolean {
  const asked = field === 'subject' ? 'vehicle' : field;
  return session.state.settings[`required.${asked}`] === '1';
}
