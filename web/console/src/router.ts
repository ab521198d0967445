import { createRouter, createWebHistory } from 'vue-router'
import { t, type Lang, lang } from '@doorstep/kit/language.ts'
import type { Text } from '@doorstep/kit/texts.ts'
import { watch } from 'vue'
import Today from './pages/Today.vue'

/** pages are what there is, each with the actions of which one opens it; a quiet one is reached from another page. */
export const pages: { path: string; name: string; title: Text; needs: string[]; quiet?: boolean }[] = [
  { path: '/', name: 'today', title: 'nav.today', needs: [] },
  { path: '/review', name: 'review', title: 'nav.review', needs: ['review'] },
  { path: '/duplicates', name: 'duplicates', title: 'nav.duplicates', needs: ['duplicate.decide'] },
  { path: '/quarantine', name: 'quarantine', title: 'nav.quarantine', needs: ['quarantine.read'] },
  { path: '/reports', name: 'reports', title: 'today.reports', needs: ['review'], quiet: true },
  { path: '/unplaced', name: 'unplaced', title: 'nav.unplaced', needs: ['review'], quiet: true },
  { path: '/progress', name: 'progress', title: 'nav.progress', needs: ['coverage.read'] },
  { path: '/needs', name: 'needs', title: 'nav.needs', needs: ['coverage.read'] },
  { path: '/work', name: 'work', title: 'nav.work', needs: ['task.edit'] },
  { path: '/quality', name: 'quality', title: 'nav.quality', needs: ['review'] },
  { path: '/recheck', name: 'recheck', title: 'nav.recheck', needs: ['review'] },
  { path: '/day', name: 'day', title: 'nav.day', needs: ['review'] },
  { path: '/people', name: 'people', title: 'nav.people', needs: ['review'] },
  { path: '/workers', name: 'workers', title: 'nav.workers', needs: ['worker.manage', 'device.manage'] },
  { path: '/forms', name: 'forms', title: 'nav.forms', needs: ['form.convert', 'form.publish'] },
  { path: '/points', name: 'points', title: 'nav.points', needs: ['form.publish'] },
  { path: '/data', name: 'data', title: 'nav.data', needs: ['export'] },
  { path: '/campaigns', name: 'campaigns', title: 'nav.campaigns', needs: ['campaign.edit'] },
  { path: '/areas', name: 'areas', title: 'nav.areas', needs: ['areas.import'] },
  { path: '/watch', name: 'watch', title: 'nav.watch', needs: ['audit.read'] },
]

const parts: Record<string, () => Promise<unknown>> = {
  review: () => import('./pages/Review.vue'),
  duplicates: () => import('./pages/Duplicates.vue'),
  quarantine: () => import('./pages/Quarantine.vue'),
  reports: () => import('./pages/Reports.vue'),
  unplaced: () => import('./pages/Unplaced.vue'),
  progress: () => import('./pages/Progress.vue'),
  needs: () => import('./pages/Needs.vue'),
  work: () => import('./pages/Work.vue'),
  quality: () => import('./pages/Quality.vue'),
  recheck: () => import('./pages/Recheck.vue'),
  day: () => import('./pages/Day.vue'),
  workers: () => import('./pages/Workers.vue'),
  forms: () => import('./pages/Forms.vue'),
  points: () => import('./pages/Points.vue'),
  data: () => import('./pages/Data.vue'),
  people: () => import('./pages/People.vue'),
  campaigns: () => import('./pages/Campaigns.vue'),
  areas: () => import('./pages/Areas.vue'),
  watch: () => import('./pages/Watch.vue'),
}

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    ...pages.map((p) => ({ path: p.path, name: p.name, component: parts[p.name] ?? Today, meta: { title: p.title } })),
    { path: '/:rest(.*)', redirect: '/' },
  ] as never,
})

const name = (_: Lang) => {
  const title = router.currentRoute.value.meta.title as Text | undefined
  document.title = (title ? t(title) + ' · ' : '') + t('app.name')
}
router.afterEach(() => name(lang.value))
watch(lang, name)
