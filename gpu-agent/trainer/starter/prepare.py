"""What a starter model is trained on: the tokenizer and the batch of every step, the same for the same seed."""

from transformers import PreTrainedTokenizerFast

from job.job import Job, PretrainConfig
from model.tokenizer import load_tokenizer, train_tokenizer
from process import events
from starter.corpus import make_corpus, make_starts
from starter.examples import Sequence, encode_examples, tokenizer_texts
from starter.ontology import load_ontology
from starter.schedule import make_plan, plan_batches

# Enough to contain every word of the grammar.
TOKENIZER_RECIPES = 2000


def prepare(job: Job, config: PretrainConfig) -> tuple[PreTrainedTokenizerFast, list[list[Sequence]]]:
    """The tokenizer and every step's batch, the same for a seed; a resumed run takes its checkpoint's tokenizer."""
    ontology = load_ontology(job.inputs["ontology"])
    events.progress(0, config.steps, "corpus")
    plan = make_plan(config)
    count = min(config.recipes, plan.recipes * plan.recipe_rows)
    plain, ruled = plan.plain * plan.start_rows, plan.ruled * plan.start_rows
    events.log("info", f"Writes the corpus: {count:,} recipes and {plain + ruled:,} starts of recipes.")
    recipes = make_corpus(job.seed, ontology, count, config.compliance_rate)
    starts = make_starts(job.seed, ontology, plain, ruled, config.compliance_rate)
    events.progress(0, config.steps, "tokenizer")
    if job.resume_from:
        tokenizer = load_tokenizer(job.resume_from)
    else:
        events.log("info", f"Trains the tokenizer: {config.vocab_size:,} tokens.")
        tokenizer = train_tokenizer(tokenizer_texts(recipes[:TOKENIZER_RECIPES], ontology), config.vocab_size)
    events.log("info", "Encodes the corpus.")
    long, first, later = (
        encode_examples(tokenizer, group, config.max_length) if group else []
        for group in (recipes, starts[:plain], starts[plain:])
    )
    return tokenizer, plan_batches(plan, long, first, later, job.seed)
