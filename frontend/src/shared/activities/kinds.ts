import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import Car from '@lucide/svelte/icons/car';
import CheckSquare from '@lucide/svelte/icons/square-check-big';
import Mail from '@lucide/svelte/icons/mail';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import MessageCircleReply from '@lucide/svelte/icons/message-circle-reply';
import Phone from '@lucide/svelte/icons/phone';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import type { Component } from 'svelte';
import { t } from '../i18n/index.svelte';
import { activityName } from '../leads/card';

const ICONS: Readonly<Record<string, Component<{ size?: number | string }>>> = {
  call: Phone,
  message: MessageCircle,
  email: Mail,
  visit: CalendarCheck,
  test_drive: Car,
  task: CheckSquare,
  note: StickyNote,
  reply: MessageCircleReply,
};

/** The picture of an activity's kind. */
export function kindIcon(kind: string): Component<{ size?: number | string }> {
  return ICONS[kind] ?? CheckSquare;
}

/** What a kind is called; a customer's reply is a kind of its own here. */
export function kindName(kind: string): string {
  return kind === 'reply' ? t('leads.action.replied') : activityName(kind);
}
