import type postgres from 'postgres'

const runs = 200
const points = 500
const pairs = 20_000

/** A workspace that has been used for a while: runs with curves and logs, and pairs with votes. @returns a run's id */
export async function fillWorkspace(sql: postgres.Sql, workspaceId: string, userId: string): Promise<string> {
  await sql.begin(async (tx) => {
    await addRuns(tx, workspaceId, userId)
    await addPairs(tx, workspaceId, userId)
  })
  await sql`vacuum analyze`
  return `run_${runs}`
}

async function addRuns(tx: postgres.TransactionSql, workspaceId: string, userId: string): Promise<void> {
  await tx`insert into agent (id, workspace_id, name, credential_hash, connected_at, last_seen_at)
    select 'agent_' || n, ${workspaceId}, 'machine ' || n, 'hash ' || n, now(), now() from generate_series(1, 5) n`
  await tx`insert into run (id, workspace_id, number, name, kind, status, seed, config, created_by, started_at, finished_at)
    select 'run_' || n, ${workspaceId}, n, 'run ' || n, 'pretrain', 'finished', n, '{"steps": 500}', ${userId},
      now() - interval '1 hour', now() from generate_series(1, ${runs}::int) n`
  await tx`insert into attempt (id, workspace_id, run_id, number, agent_id, epoch, status, lease_expires_at, ended_at)
    select 'att_' || n, ${workspaceId}, 'run_' || n, 1, 'agent_' || (1 + n % 5), 1, 'finished', now(), now()
    from generate_series(1, ${runs}::int) n`
  await tx`insert into metric_series (workspace_id, run_id, attempt_id, key, axis)
    select ${workspaceId}, 'run_' || n, 'att_' || n, key, 'step'
    from generate_series(1, ${runs}::int) n, unnest(array['loss', 'learningRate', 'tokensPerSecond']) key`
  await tx`insert into metric_point (series_id, position, "time", value)
    select id, n, now(), random() from metric_series, generate_series(1, ${points}::int) n`
  await tx`insert into run_log (workspace_id, run_id, attempt_id, seq, level, text, time)
    select ${workspaceId}, 'run_' || r, 'att_' || r, n, 'info', 'line ' || n, now()
    from generate_series(1, ${runs}::int) r, generate_series(1, 200) n`
}

async function addPairs(tx: postgres.TransactionSql, workspaceId: string, userId: string): Promise<void> {
  await tx`insert into model_version (id, workspace_id, number, name, kind, run_id, files, gguf)
    values ('mv_1', ${workspaceId}, 1, 'starter', 'base', 'run_1', '[]', '{}')`
  const sampling = { temperature: 0.7, topP: 0.95, maxTokens: 320 }
  const written = { modelVersionIds: ['mv_1'], variantsPerPrompt: 2, promptsPerPersona: 3334 }
  const settings = { ...written, seed: 1, full: sampling, weak: sampling }
  await tx`insert into variant_batch (id, workspace_id, number, status, settings)
    values ('batch_1', ${workspaceId}, 1, 'ready', ${tx.json(settings)})`
  await tx`insert into prompt (id, workspace_id, batch_id, persona_version_id, seq, inventory, request)
    select 'prompt_' || n, ${workspaceId}, 'batch_1', v.id, n, array['rice'], 'Dinner.'
    from generate_series(1, ${pairs}::int) n
    cross join lateral (select id from persona_version where workspace_id = ${workspaceId} order by id offset n % 6 limit 1) v`
  await tx`insert into variant (id, workspace_id, prompt_id, seq, style, model_version_id, persona_version_id, system, sampling, text, readable)
    select id || '_' || s, ${workspaceId}, id, s, 'full', 'mv_1', persona_version_id, '', '{}', 'Fry the rice ' || s, true
    from prompt, generate_series(0, 1) s`
  await tx`insert into pair (id, workspace_id, prompt_id, variant_a_id, variant_b_id)
    select 'pair_' || seq, ${workspaceId}, id, id || '_0', id || '_1' from prompt`
  await tx`insert into vote (id, workspace_id, pair_id, persona_version_id, choice, shown_order, source, user_id)
    select 'vote_' || pair.id, ${workspaceId}, pair.id, persona_version_id, 'a', 'ab', 'person', ${userId}
    from pair join prompt on prompt.id = prompt_id order by pair.id limit ${pairs / 2}`
}
