DROP INDEX "run_queue";--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "next_credential_hash" text;--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "rotate_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "protocol" jsonb;--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "draining" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "sample" jsonb;--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "probe" jsonb;--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "gpus" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "needs" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "lane" text GENERATED ALWAYS AS (md5(priority::text || '/' || coalesce(experiment_id, created_by, '') || '/' || kind || '/' || needs::text)) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "attempt_held" ON "attempt" USING btree ("agent_id") WHERE "attempt"."status" = 'running';--> statement-breakpoint
CREATE INDEX "attempt_lease" ON "attempt" USING btree ("lease_expires_at") WHERE "attempt"."status" = 'running';--> statement-breakpoint
CREATE INDEX "run_busy" ON "run" USING btree ("workspace_id") WHERE "run"."status" in ('running', 'cancelling');--> statement-breakpoint
CREATE INDEX "run_queue" ON "run" USING btree ("workspace_id","lane","created_at","number") WHERE "run"."status" = 'queued';--> statement-breakpoint
ALTER TABLE "agent" ADD CONSTRAINT "agent_next_credential_hash_unique" UNIQUE("next_credential_hash");