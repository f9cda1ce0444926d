CREATE TABLE "run_proof_row" (
	"workspace_id" text NOT NULL,
	"run_id" text NOT NULL,
	"attempt_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"row" integer NOT NULL,
	"sequence" jsonb NOT NULL,
	CONSTRAINT "run_proof_row_attempt_id_seq_pk" PRIMARY KEY("attempt_id","seq")
);
--> statement-breakpoint
ALTER TABLE "agent" ADD COLUMN "price" jsonb;--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "proof" jsonb;--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "receipt" jsonb;--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "price" jsonb;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "estimates" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "run_proof_row" ADD CONSTRAINT "run_proof_row_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_proof_row" ADD CONSTRAINT "run_proof_row_run_id_run_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_proof_row" ADD CONSTRAINT "run_proof_row_attempt_id_attempt_id_fk" FOREIGN KEY ("attempt_id") REFERENCES "public"."attempt"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_proof_row_run" ON "run_proof_row" USING btree ("run_id");