import { api } from '../../bridge';
import { toastDone, toastFailure } from '../stores';

export type Channel = 'phone' | 'whatsapp' | 'email';

/**
 * Calls the lead's contact or writes to it, which logs itself. to is one of its
 * phones or e-mails, '' the first.
 */
export async function reach(leadId: string, channel: Channel, to = ''): Promise<void> {
  try {
    const done = await api.Leads.Reach(leadId, channel, to);
    // The window has opened the link itself; a browser leaves it to the page.
    if (done.params?.url) openLink(done.params.url);
    toastDone(done);
  } catch (thrown) {
    toastFailure(thrown);
  }
}

// tel: and mailto: hand over to another program and leave the page where it is.
function openLink(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  if (/^https?:/.test(url)) link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.click();
}
