// The page on which a form is filled in as a preview. Its policy lets the engine's parser run, so it has an origin of its own
// (the server sandboxes it): it holds no session, asks the server for nothing, and keeps nothing. The console gives it the form.
import { createApp, h, shallowRef } from 'vue'
import '@doorstep/kit/base.css'
import { lang, type Lang } from '@doorstep/kit/language.ts'
import FormFill from '@doorstep/kit/fill/FormFill.vue'

const xml = shallowRef('')
addEventListener('message', (e: MessageEvent<{ xml?: unknown; lang?: Lang }>) => {
  if (e.source !== parent || typeof e.data?.xml !== 'string') return
  lang.value = e.data.lang === 'en' ? 'en' : 'zh'
  xml.value = e.data.xml
})
createApp({ render: () => (xml.value ? h(FormFill, { xml: xml.value, key: xml.value + lang.value }) : null) }).mount('#fill')
parent.postMessage('ready', '*')
