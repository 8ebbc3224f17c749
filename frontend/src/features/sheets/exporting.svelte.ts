import { api, type FileRef, shell } from '../../bridge';
import { shown, type ShownList } from '../../shared/leads/shown.svelte';
import { openFilter } from '../../shared/leads/filter.svelte';
import { t } from '../../shared/i18n/index.svelte';
import { keep, remember, session } from '../../shared/stores';

export type Format = 'csv' | 'xlsx';

const FORMAT = 'export.format';

/** What the export dialog is about; it is open while there is something. Reactive. */
class Exporting {
  #open = $state(false);
  #list = $state.raw<ShownList | undefined>(undefined);

  get open(): boolean {
    return this.#open;
  }
  /** The list to export; undefined for everything. */
  get what(): ShownList | undefined {
    return this.#list;
  }
  get format(): Format {
    return remember<string>(FORMAT, 'xlsx') === 'csv' ? 'csv' : 'xlsx';
  }

  list(): void {
    this.#list = shown.list;
    this.#open = this.#list !== undefined;
  }

  everything(): void {
    this.#list = undefined;
    this.#open = true;
  }

  close(): void {
    this.#open = false;
  }

  /** Asks where to, writes it, hands it over. null when the person cancelled the dialog. */
  async write(format: Format): Promise<FileRef | null> {
    keep(FORMAT, format);
    const list = this.#list;
    const file = await shell.pickSave({
      title: t('sheets.export.where'),
      name: fileName(list ? 'sheets.export.file' : 'sheets.export.file_all', format),
      kinds: [formatKind(format)],
    });
    if (!file) return null;
    const ask = {
      list: list?.request ?? {
        filter: openFilter(''),
        sort: '',
        desc: false,
        offset: 0,
        limit: 0,
      },
      columns: [...(list?.columns ?? [])],
      format,
      title: t('sheets.export.tab'),
      words: {
        hot: t('sheets.temperature.hot'),
        warm: t('sheets.temperature.warm'),
        cold: t('sheets.temperature.cold'),
        yes: t('leads.custom.yes'),
        no: t('leads.custom.no'),
      },
    };
    if (list) await api.Sheets.Export(file.handle, ask);
    else await api.Sheets.ExportAll(file.handle, ask);
    shell.delivered(file);
    return file;
  }
}

/** "leads 2026-11-24.xlsx": the day sorts the files of a folder. */
export function fileName(
  base: 'sheets.export.file' | 'sheets.export.file_all' | 'sheets.refused.file',
  format: Format,
): string {
  return `${t(base)} ${session.today}.${format}`;
}

/** The line of a file dialog. */
export function formatKind(format: Format): { label: string; extensions: string[] } {
  return {
    label: t(format === 'csv' ? 'sheets.kind.csv' : 'sheets.kind.xlsx'),
    extensions: [format],
  };
}

export const exporting = new Exporting();
