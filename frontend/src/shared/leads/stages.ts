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

/**
 * Where leads go that are put into a stage: itself, or, for the stage that lists
 * converted leads, the first one of the sales pipeline. undefined when there is
 * none, and for a deleted one.
 */
export function destination(stage: Stage): Stage | undefined {
  if (session.isFormer(stage.id)) return undefined;
  if (stage.kind !== 'converted') return stage;
  const sales = shownPipelines().find(
    (pipeline) => pipeline.kind === 'sales' && pipeline.id !== stage.pipelineId,
  );
  return sales && session.stagesOf(sales.id).find(takesNew);
}

/**
 * The entries of "Mover para…": the stages of the pipeline where the leads
 * stand, then the other pipelines, each in a menu of its own.
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
  const target = destination(stage);
  const converts = stage.kind === 'converted' && target !== undefined;
  const here = stage.id === currentStageId;
  return {
    id: stage.id,
    label: converts ? t('leads.convert_to', { stage: target.name }) : stage.name,
    icon: stageIcon(stage),
    checked: here || undefined,
    disabled: here || target === undefined,
    perform: () => target && pick(target),
  };
}
