import { toast } from 'svelte-sonner';
import { api, inWindow, on, type AgendaEntry, type Snooze } from '../../bridge';
import { peek } from '../../shared/leads/peek.svelte';
import { t } from '../../shared/i18n/index.svelte';
import { router } from '../../shared/router';
import { announce } from '../../shared/stores';
import ReminderToast from './ReminderToast.svelte';
import { words } from './words';

const AGENDA = 'agenda';
const MISSED = 'reminders.missed';
const MORE = 'reminders.more';

/** Says what is due from now on; the answer stops it. */
export function listen(
  finish: (entry: AgendaEntry) => void,
  onFailure: (thrown: unknown) => void,
): () => void {
  const shown = new Map<string, AgendaEntry>();
  let asking = Promise.resolve();

  // One after the other: what was told once is not told by the next.
  function ask() {
    asking = asking.then(tell).catch(onFailure);
  }

  async function tell() {
    const { entries, more, missed, ids } = await api.Reminders.Notice();
    for (const entry of entries ?? []) say(entry);
    if (more > 0) gather(MORE, t('reminders.more', { count: more }), t('reminders.agenda'));
    if (missed > 0) gather(MISSED, t('reminders.missed', { count: missed }), t('reminders.late'));
    if ((ids ?? []).length > 0) await api.Reminders.Tell(ids);
  }

  function say(entry: AgendaEntry) {
    const { title, about } = words(entry);
    const gone = () => {
      shown.delete(entry.id);
      toast.dismiss(entry.id);
    };
    shown.set(entry.id, entry);
    announce(t('reminders.said', { what: `${title}, ${about}` }));
    toast.custom(ReminderToast, {
      id: entry.id,
      duration: Infinity,
      onDismiss: () => shown.delete(entry.id),
      componentProps: {
        entry,
        onopen: () => (gone(), peek.open(entry.leadId)),
        onfinish: () => (gone(), finish(entry)),
        onsnooze: (length: Snooze) => {
          gone();
          api.Reminders.Snooze(entry.id, length).catch(onFailure);
        },
        onclose: gone,
      },
    });
    outside(entry.leadId, title, about);
  }

  function gather(id: string, text: string, label: string) {
    announce(text);
    toast(text, {
      id,
      duration: Infinity,
      action: { label, onClick: () => router.go('/agenda') },
    });
    outside(AGENDA, text, '');
  }

  // What was done or moved elsewhere needs no reminder any more.
  async function check(leadIds: readonly string[], all: boolean) {
    for (const entry of [...shown.values()]) {
      if (!all && !leadIds.includes(entry.leadId)) continue;
      const still = await api.Leads.Get(entry.leadId).then(
        ({ planned }) => (planned ?? []).find(({ id }) => id === entry.id),
        () => undefined,
      );
      if (still?.dueAt === entry.dueAt && still.dueDay === entry.dueDay) continue;
      shown.delete(entry.id);
      toast.dismiss(entry.id);
    }
  }

  const offs = [
    on('reminders', ask),
    on('events.lost', ask),
    on('change', ({ leadIds, all }) => void check(leadIds ?? [], all)),
    on('notification.opened', (id) => {
      if (id === AGENDA) router.go('/agenda');
      else peek.open(id);
    }),
  ];
  ask();
  return () => offs.forEach((off) => off());
}

/** Shows it beside the clock of the system while nobody looks at the window. */
function outside(id: string, title: string, body: string) {
  if (!inWindow() || document.hasFocus()) return;
  // Where the system shows none, the toast is there.
  api.Native.Notify({ id, title, body }).catch(() => {});
}
