import { type ExportedModel, fileStem, ggufName } from '../contents'
import type { ExportFormat } from '../schemas'
import { code } from './markdown'
import type { Story } from './story'

const question = 'I have chicken, rice and garlic. Make me a quick dinner.'

/** Commands that work in the folder of the export. */
export function writeUsage(exported: ExportedModel, format: ExportFormat, story: Story): string {
  const parts = {
    safetensors: [transformers(exported, story)],
    gguf: [llamaCpp(exported)],
    ollama: [ollama(exported), llamaCpp(exported)],
  }
  return ['## How to run it', ...parts[format]].join('\n\n')
}

function transformers({ model, base }: ExportedModel, { origin }: Story): string {
  const adapter = model.kind === 'adapter'
  const from = adapter ? (origin?.hubId ?? fileStem(base)) : '.'
  const lines = [
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    ...(adapter ? ['from peft import PeftModel'] : []),
    '',
    `tokenizer = AutoTokenizer.from_pretrained(${JSON.stringify(from)})`,
    `model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(from)})`,
    ...(adapter ? ['model = PeftModel.from_pretrained(model, ".")'] : []),
    `messages = [{"role": "user", "content": ${JSON.stringify(question)}}]`,
    'inputs = tokenizer.apply_chat_template(',
    '    messages, add_generation_prompt=True, return_tensors="pt", return_dict=True',
    ')',
    'answer = model.generate(**inputs, max_new_tokens=320, do_sample=True, temperature=0.7, top_p=0.95)',
    'print(tokenizer.decode(answer[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True))',
  ]
  const note = adapter
    ? `The adapter was trained on ${fileStem(base)}, whose files are an export of their own.`
    : ''
  return ['With transformers:', note, code('python', lines.join('\n'))].filter(Boolean).join('\n\n')
}

function llamaCpp({ model, base }: ExportedModel): string {
  const lora = model.kind === 'adapter' ? ` --lora ${ggufName(model)}` : ''
  const command = `llama-cli --model ${ggufName(base)}${lora} --jinja --conversation --temp 0.7 --top-p 0.95`
  return ['With llama.cpp:', code('sh', command)].join('\n\n')
}

function ollama({ model }: ExportedModel): string {
  const name = fileStem(model)
  const note =
    model.kind === 'adapter'
      ? ['Ollama 0.34.1 and newer take no adapters: merge the adapter into its base and export that.']
      : []
  const commands = `ollama create ${name} --file Modelfile\nollama run ${name}`
  return ['With Ollama:', ...note, code('sh', commands)].join('\n\n')
}
