import './app.css';
import './shell/strings';
import { mount } from 'svelte';
import { takeFirst, toFailure } from './bridge';
import { allWords, nearestLanguage, startLanguage, useLanguage } from './shared/i18n/index.svelte';
import { appearance, deviceLanguage, loadDevice, session } from './shared/stores';
import App from './shell/App.svelte';
import { openFirst } from './shell/features';
import StartFailure from './shell/StartFailure.svelte';

const target = document.getElementById('app')!;

async function start(): Promise<void> {
  try {
    takeFirst();
    await Promise.all([loadDevice(), session.load()]);
    appearance.restore();
    await Promise.all([startLanguage(deviceLanguage(session.state)), openFirst()]);
    mount(App, { target });
    // After the first picture. Who needs one before asks for it, and hears of a failure.
    requestAnimationFrame(() => setTimeout(() => void allWords().catch(() => undefined)));
  } catch (thrown) {
    await useLanguage(nearestLanguage(navigator.language));
    mount(StartFailure, { target, props: { failure: toFailure(thrown) } });
  }
}

void start();
