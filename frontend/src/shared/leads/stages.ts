import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Ban from '@lucide/svelte/icons/ban';
import Circle from '@lucide/svelte/icons/circle';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleX from '@lucide/svelte/icons/circle-x';
import type { Component } from 'svelte';
import type { Pipeline, Stage } from '../../bridge';
import { t } from '../i18n/index.svelte';
import { session } from '../stores/session.svelte';
import type { MenuEntry } from '../ui/menu';

const ICONS: Readonly<Record<string, Component<{ size?: number | string }>>> = {
  won: CircleCheck,
  lost: CircleX,
  discarded: Ban,
  converted: ArrowRightLeft,
};

/** The picture of a stage's kind. */
export function stageIcon(stage: Pick<Stage, 'kind'>): Component<{ size?: number | string }> {
  return ICONS[stage.kind] ?? Circle;
}

/** The pipelines in use, in order. */
export function shownPipelines(): Pipeline[] {
  return session.state.pipelines.filter((pipeline) => !pipeline.retired);
}

/** Stages that take a new lead in: those that ask no reason, and were not deleted. */
export function takesNew(stage: Stage): boolean {
  return stage.kind === 'open' && !session.isFormer(stage.id);
}

/** Where converted leads go on: the open stages of the sales pipelines, in order. */
export function salesStages(): Stage[] {
  return shownPipelines()
    .filter((pipeline) => pipeline.kind === 'sales')
    .flatMap((pipeline) => session.stagesOf(pipeline.id))
    .filter(takesNew);
}

/** True while a lead in that stage is to be qualified, and can be converted. */
export function qualifies(stageId: string): boolean {
  const pipeline = session.pipeline(session.stage(stageId)?.pipelineId ?? '');
  return pipeline?.kind === 'qualification' && salesStages().length > 0;
}

/**
 * The entries of "Mover para…": the stages of the pipeline where the leads
 * stand, then the other pipelines, each in a menu of its own. The stage that
 * lists converted leads stands for converting.
 */
export function moveEntries(
  pipelineId: string,
  currentStageId: string,
  pick: (stage: Stage) => void,
): MenuEntry[] {
  const others = shownPipelines().filter((pipeline) => pipeline.id !== pipelineId);
  return [
    ...session
      .stagesOf(pipelineId)
      .filter((stage) => stage.id === currentStageId || !session.isFormer(stage.id))
      .map((stage) => entry(stage, currentStageId, pick)),
    ...(others.length > 0 ? (['separator'] as const) : []),
    ...others.map((pipeline) => ({
      id: pipeline.id,
      label: pipeline.name,
      items: session
        .stagesOf(pipeline.id)
        .filter((stage) => stage.kind !== 'converted' && !session.isFormer(stage.id))
        .map((stage) => entry(stage, currentStageId, pick)),
    })),
  ];
}

function entry(stage: Stage, currentStageId: string, pick: (stage: Stage) => void): MenuEntry {
  const converts = stage.kind === 'converted';
  const here = stage.id === currentStageId;
  return {
    id: stage.id,
    label: converts ? t('leads.action.convert') : stage.name,
    icon: stageIcon(stage),
    checked: here || undefined,
    disabled: here || (converts && salesStages().length === 0),
    perform: () => pick(stage),
  };
}
