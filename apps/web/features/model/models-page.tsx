'use client'

import { Card, CardHead, EmptyState, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { joinQueries, Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Deploy } from '../deployment/deploy'
import { DeploymentList } from '../deployment/deployment-list'
import { Page } from '../shell/page'
import { AddModel } from './model-dialogs'
import { ModelImports } from './model-imports'
import { ModelTree } from './model-tree'

const FeedbackList = dynamic(() => import('../chat/feedback-list').then((module) => module.FeedbackList), {
  loading: () => <Skeleton className="h-24" />,
})

export function ModelsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const models = useQuery(trpc.model.list.queryOptions())
  const deployments = useQuery(trpc.deployment.list.queryOptions())
  const feedback = useQuery(trpc.chat.listFeedback.queryOptions({ limit: 20 }))
  const all = joinQueries({ deployments, models, feedback })
  const mayDeploy = may('deployment:write')
  return (
    <Page
      crumbs={[{ name: 'Models' }]}
      title="Models"
      lead="Model versions with their lineage, deployments with their public names, and feedback from the chat."
      actions={
        <>
          {mayDeploy && (models.data?.length ?? 0) > 0 ? <Deploy /> : null}
          {may('run:create') ? <AddModel /> : null}
        </>
      }
    >
      <Loaded query={all} skeleton={<Skeleton className="h-64" />}>
        {({ deployments, models, feedback }) => (
          <>
            {deployments.length > 0 ? (
              <DeploymentList deployments={deployments} mayDeploy={mayDeploy} />
            ) : null}
            <ModelImports />
            {models.length > 0 ? (
              <Card>
                <CardHead title="Model versions" />
                <ModelTree models={models} mayDeploy={mayDeploy} mayMerge={may('run:create')} />
              </Card>
            ) : (
              <EmptyState title="No models yet">
                Add a published model such as SmolLM2, or create a run to train the starter model from
                nothing.
              </EmptyState>
            )}
            {feedback.length > 0 ? <FeedbackList feedback={feedback} /> : null}
          </>
        )}
      </Loaded>
    </Page>
  )
}
