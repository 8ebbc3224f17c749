import { api, shell, type AgendaRequest } from '../../bridge';
import { PLANNED_KINDS } from '../../shared/activities/plan';
import { t } from '../../shared/i18n/index.svelte';
import { activityName } from '../../shared/leads/card';
import { session, toastFailure, toastText } from '../../shared/stores';

/** Asks where to, writes what is shown as a calendar (or one activity of it), hands it over. */
export async function exportCalendar(request: AgendaRequest, activityId = ''): Promise<void> {
  try {
    const file = await shell.pickSave({
      title: t('agenda.export.where'),
      name: `${t('agenda.title').toLowerCase()} ${session.today}.ics`,
      kinds: [{ label: t('agenda.export.kind'), extensions: ['ics'] }],
    });
    if (!file) return;
    const kinds = Object.fromEntries(PLANNED_KINDS.map((kind) => [kind, activityName(kind)]));
    const ask = { activityId, request, name: t('agenda.title'), kinds };
    const { count, left } = await api.Agenda.Export(file.handle, ask);
    shell.delivered(file);
    const said = t('agenda.exported', { count });
    toastText(left > 0 ? `${said} ${t('agenda.exported_left', { count: left })}` : said);
  } catch (thrown) {
    toastFailure(thrown);
  }
}
