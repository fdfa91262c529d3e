// The client @azure/ai-translation-document (api-version 2026-03-01).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { DocumentTranslationClient, SingleDocumentTranslationClient } from "@azure/ai-translation-document";
import { credential, endpoint, fileUrl, many, names, read, source, target } from "./storage.mjs";

const options = { allowInsecureConnection: true };
const client = new DocumentTranslationClient(endpoint, credential, options);
const single = new SingleDocumentTranslationClient(endpoint, credential, options);
const quick = { updateIntervalInMs: 50 };

const input = (from, to, language = "es", more = {}) => ({
  source: { sourceUrl: from.url, language: "en", ...more },
  targets: [{ targetUrl: to.url, language }],
});

/** Runs a batch to its end, whatever that is. */
async function run(...inputs) {
  const poller = client.startTranslation({ inputs }, quick);
  await poller.submitted();
  const id = idOf(poller);
  await poller.pollUntilDone().catch((error) => error);
  return client.getTranslationStatus(id);
}

function idOf(poller) {
  const location = poller.operationState?.config?.operationLocation ?? "";
  const found = /\/batches\/([0-9a-f-]{36})\?/.exec(location);
  assert.ok(found, `no job id in ${location}`);
  return found[1];
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** Starts a job without waiting for it. */
async function start(from, to, language) {
  const poller = client.startTranslation({ inputs: [input(from, to, language)] }, quick);
  await poller.submitted();
  return { poller, id: idOf(poller) };
}

test("a folder is translated, and job and documents agree", async () => {
  const [from, to] = [await source(), await target()];
  const job = await run(input(from, to));
  assert.equal(job.status, "Succeeded");
  assert.deepEqual(
    [job.summary.total, job.summary.success, job.summary.failed, job.summary.inProgress, job.summary.notYetStarted, job.summary.cancelled],
    [1, 1, 0, 0, 0, 0],
  );
  const [document] = await all(client.listDocumentStatuses(job.id));
  assert.equal(document.characterCharged, job.summary.totalCharacterCharged);
  assert.equal(document.progress, 1);
  assert.equal(document.to, "es");
  assert.ok(document.path.endsWith("/Document1.txt") && !document.path.includes("sig="));
  assert.ok(!document.sourcePath.includes("?"));
  assert.deepEqual(await client.getDocumentStatus(job.id, document.id), document);
  assert.match(await read(to, "Document1.txt"), /^\[Ƒíŕśť ŵŕíťťéń/);
});

test("two targets, two inputs, prefix and suffix, and an unsupported file beside", async () => {
  const from = await source({ ...many(3), "File_1.jpg": "x", "other.txt": "Other text" });
  const [spanish, french] = [await target(), await target()];
  const two = input(from, spanish, "es", { filter: { prefix: "File", suffix: "1.txt" } });
  two.targets.push({ targetUrl: french.url, language: "fr" });
  const job = await run(two);
  assert.deepEqual([job.status, job.summary.total], ["Succeeded", 2]);
  assert.deepEqual([await names(spanish), await names(french)], [["File_1.txt"], ["File_1.txt"]]);
  const shared = await target();
  const both = await run(input(await source({ "a.txt": "One" }), shared, "es"), input(await source({ "b.txt": "Two" }), shared, "fr"));
  assert.deepEqual([both.status, both.summary.success], ["Succeeded", 2]);
});

test("a single file, named as the request says", async () => {
  const [from, to] = [await source(), await target()];
  const job = await run({
    storageType: "File",
    source: { sourceUrl: fileUrl(from.url, "Document1.txt") },
    targets: [{ targetUrl: fileUrl(to.url, "deep/out.txt"), language: "fr" }],
  });
  assert.equal(job.status, "Succeeded");
  assert.deepEqual(await names(to), ["deep/out.txt"]);
});

test("a glossary's terms come out as given", async () => {
  const [from, to] = [await source({ "Document1.txt": "This is a test of the glossary." }), await target()];
  const glossary = await source({ "terms.csv": "test, glossaryTest\n" });
  const request = input(from, to);
  request.targets[0].glossaries = [{ glossaryUrl: fileUrl(glossary.url, "terms.csv"), format: "csv" }];
  assert.equal((await run(request)).status, "Succeeded");
  assert.match(await read(to, "Document1.txt"), /glossaryTest/);
});

test("failures of the validation carry their inner codes", async () => {
  const [from, to] = [await source(), await target({ "Document1.txt": "already here" })];
  const check = async (request, code) => {
    const job = await run(request);
    assert.equal(job.status, "ValidationFailed");
    assert.deepEqual([job.error.code, job.error.target, job.error.innerError.code], ["InvalidRequest", "Operation", code]);
    assert.equal(job.summary.total, 0);
    assert.deepEqual(await all(client.listDocumentStatuses(job.id)), []);
  };
  const nowhere = { url: "https://idont.ex.ist" };
  await check(input(nowhere, await target()), "InvalidDocumentAccessLevel");
  await check(input(from, nowhere), "InvalidTargetDocumentAccessLevel");
  await check(input(from, to), "TargetFileAlreadyExists");
});

test("an empty document fails its job with its own code", async () => {
  const job = await run(input(await source({ "empty.txt": "" }), await target()));
  assert.deepEqual([job.status, job.summary.total, job.summary.failed], ["Failed", 1, 1]);
  assert.equal(job.error.innerError.code, "NoTranslatableText");
  const [document] = await all(client.listDocumentStatuses(job.id));
  assert.deepEqual([document.status, document.error.target, document.error.innerError.code], ["Failed", "Document", "NoTranslatableText"]);
});

test("bad requests are refused", async () => {
  const [from, to] = [await source(), await target()];
  // This client keeps the outer code and the message; the other one shows the whole body.
  const refused = (inputs) =>
    assert.rejects(Promise.resolve(client.startTranslation({ inputs }, quick)), (error) => {
      assert.deepEqual([error.statusCode, error.code], [400, "InvalidRequest"]);
      return true;
    });
  await refused([input(from, to, "klingonese")]);
  await refused([]);
});

test("the list of jobs: ids, statuses, dates, order, pages", async () => {
  const jobs = [];
  for (let i = 0; i < 5; i += 1) jobs.push(await run(input(await source(), await target())));
  const ids = jobs.map((job) => job.id);
  const ascending = await all(client.listTranslationStatuses({ translationIds: ids, orderBy: ["createdDateTimeUtc asc"], maxPageSize: 2 }));
  assert.deepEqual(ascending.map((job) => job.id), ids);
  const descending = await all(client.listTranslationStatuses({ translationIds: ids, orderBy: ["createdDateTimeUtc desc"] }));
  assert.deepEqual(descending.map((job) => job.id), ids.toReversed?.() ?? [...ids].reverse());
  const middle = await all(client.listTranslationStatuses({ translationIds: ids, orderBy: ["createdDateTimeUtc asc"], skip: 1, top: 3, maxPageSize: 1 }));
  assert.deepEqual(middle.map((job) => job.id), ids.slice(1, 4));
  const since = await all(client.listTranslationStatuses({ translationIds: ids, createdAfter: jobs[2].createdAt, statuses: ["Succeeded", "Failed"] }));
  assert.ok(since.length >= 3 && since.every((job) => job.createdAt >= jobs[2].createdAt));
  const until = await all(client.listTranslationStatuses({ translationIds: ids, createdBefore: jobs[4].createdAt, statuses: ["Cancelled"] }));
  assert.deepEqual(until, []);
  let entries = 0;
  for await (const page of client.listTranslationStatuses({ translationIds: ids, maxPageSize: 2 }).byPage()) {
    assert.ok(page.length <= 2);
    entries += page.length;
  }
  assert.equal(entries, 5);
});

test("the list of documents: filters, skip, top, order", async () => {
  const job = await run(input(await source(many(10)), await target()));
  const documents = await all(client.listDocumentStatuses(job.id, { orderBy: ["createdDateTimeUtc asc"], maxPageSize: 3 }));
  assert.equal(documents.length, 10);
  assert.ok(documents.every((document, i) => i === 0 || document.createdAt >= documents[i - 1].createdAt));
  const ids = documents.slice(0, 5).map((document) => document.id);
  const some = await all(client.listDocumentStatuses(job.id, { documentIds: ids, statuses: ["Succeeded"], skip: 1, top: 3, maxPageSize: 2 }));
  assert.equal(some.length, 3);
  assert.equal((await all(client.listDocumentStatuses(job.id, { statuses: ["NotStarted"] }))).length, 0);
  assert.equal((await all(client.listDocumentStatuses(job.id, { skip: 4 }))).length, 6);
});

test("a job is cancelled, and a finished one stays as it is", async () => {
  const { id } = await start(await source(many(8)), await target());
  assert.ok(["Cancelling", "Cancelled", "NotStarted"].includes((await client.cancelTranslation(id)).status));
  let job = await client.getTranslationStatus(id);
  while (job.status === "Cancelling") job = await client.getTranslationStatus(id);
  assert.equal(job.status, "Cancelled");
  assert.equal((await client.cancelTranslation(id)).status, "Cancelled");
  const cancelled = await all(client.listTranslationStatuses({ statuses: ["Cancelled"], translationIds: [id] }));
  assert.equal(cancelled.length, 1);
});

test("unknown ids are 404", async () => {
  const missing = (promise) => assert.rejects(promise, (error) => error.statusCode === 404);
  await missing(client.getTranslationStatus(randomUUID()));
  await missing(client.getTranslationStatus("not-a-guid"));
  const job = await run(input(await source(), await target()));
  await missing(client.getDocumentStatus(job.id, randomUUID()));
  await missing(client.getDocumentStatus(job.id, "Foo Bar"));
});

test("a wrong key is 401", async () => {
  const stranger = new DocumentTranslationClient(endpoint, { key: "wrong" }, options);
  await assert.rejects(stranger.getSupportedFormats("Document"), (error) => error.statusCode === 401);
});

test("formats", async () => {
  for (const type of ["Document", "Glossary"]) {
    const { value } = await client.getSupportedFormats(type);
    assert.ok(value.length > 0);
    for (const format of value) assert.ok(format.format && format.fileExtensions.length && format.contentTypes.length);
  }
});

test("one document, synchronously, with and without a glossary", async () => {
  const document = { contents: "This is a test.", contentType: "text/html", filename: "test-input.txt" };
  const text = async (response) => {
    const chunks = [];
    for await (const chunk of response.readableStreamBody) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8");
  };
  assert.match(await text(await single.translate("hi", { document })), /Ťĥíś íś á ťéśť/);
  const glossary = { contents: "test,test", contentType: "text/csv", filename: "test-glossary.csv" };
  assert.match(await text(await single.translate("hi", { document, glossary: [glossary] })), /á test/);
  await assert.rejects(single.translate("hi", { document, glossary: [glossary, glossary] }), (error) => error.statusCode === 400);
});
