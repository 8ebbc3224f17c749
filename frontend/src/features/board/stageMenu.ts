import EyeOff from '@lucide/svelte/icons/eye-off';
import FoldHorizontal from '@lucide/svelte/icons/fold-horizontal';
import Plus from '@lucide/svelte/icons/plus';
import SquareCheck from '@lucide/svelte/icons/square-check';
import UnfoldHorizontal from '@lucide/svelte/icons/unfold-horizontal';
import type { Filter, Stage } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import { takesNew } from '../../shared/leads';
import type { MenuEntry } from '../../shared/ui';
import { ranked, type BoardControl, type Column } from './control.svelte';
import { shape } from './shape.svelte';

/** What can be done with a stage. */
export function stageEntries(
  { stage, data, collapsed }: Column,
  control: BoardControl,
  filter: Filter,
): MenuEntry[] {
  return [
    ...(takesNew(stage)
      ? [
          {
            id: 'new',
            label: t('board.stage.new'),
            icon: Plus,
            perform: () => control.addTo(stage),
          },
        ]
      : []),
    ...(!ranked(stage)
      ? []
      : [
          {
            id: 'pick',
            label: t('board.stage.pick', { count: data.count }),
            icon: SquareCheck,
            disabled: data.count === 0,
            perform: () => control.pickStage(stage.id, filter),
          },
        ]),
    {
      id: 'collapse',
      label: t(collapsed ? 'board.stage.expand' : 'board.stage.collapse'),
      icon: collapsed ? UnfoldHorizontal : FoldHorizontal,
      perform: () => shape.set(stage.id, collapsed ? 'open' : 'collapsed'),
    },
    {
      id: 'hide',
      label: t('board.stage.hide'),
      icon: EyeOff,
      perform: () => shape.set(stage.id, 'hidden'),
    },
  ];
}

/** The stages of a pipeline to show or hide. */
export function shownEntries(stages: readonly Stage[]): MenuEntry[] {
  return stages.map((stage) => {
    const hidden = shape.hidden(stage);
    return {
      id: stage.id,
      label: stage.name,
      checked: !hidden,
      perform: () => shape.set(stage.id, hidden ? 'open' : 'hidden'),
    };
  });
}
