// The client @azure-rest/ai-translation-document (api-version 2024-05-01 unless told otherwise).

import assert from "node:assert/strict";
import { test } from "node:test";
import rest from "@azure-rest/ai-translation-document";
import { credential, endpoint, many, read, source, target } from "./storage.mjs";

const { default: createClient = rest, getLongRunningPoller, isUnexpected, paginate } = await import("@azure-rest/ai-translation-document");
const create = typeof createClient === "function" ? createClient : createClient.default;
const client = create(endpoint, credential, { allowInsecureConnection: true });

async function start(from, to) {
  const inputs = [{ source: { sourceUrl: from.url }, targets: [{ targetUrl: to.url, language: "fr" }] }];
  const response = await client.path("/document/batches").post({ body: { inputs } });
  assert.equal(response.status, "202");
  assert.match(response.headers["operation-location"], /\/translator\/document\/batches\/[0-9a-f-]{36}\?api-version=2024-05-01$/);
  return response;
}

const idOf = (response) => /batches\/([^?]+)\?/.exec(response.headers["operation-location"])[1];

test("a batch is started, polled and listed", async () => {
  const [from, to] = [await source(many(3)), await target()];
  const response = await start(from, to);
  const poller = await getLongRunningPoller(client, response, { intervalInMs: 50 });
  const done = await poller.pollUntilDone();
  assert.equal(done.body.status, "Succeeded");
  assert.equal(done.body.summary.success, 3);
  assert.ok(!("error" in done.body));
  assert.match(await read(to, "File_0.txt"), /ďóćúɱéńť/);

  const id = idOf(response);
  const page = await client.path("/document/batches/{id}/documents", id).get({ queryParameters: { maxpagesize: 2, orderby: ["createdDateTimeUtc asc", "createdDateTimeUtc desc"] } });
  assert.ok(!isUnexpected(page));
  const documents = [];
  for await (const document of paginate(client, page)) documents.push(document);
  assert.equal(documents.length, 3);
  assert.equal(new Set(documents.map((document) => document.id)).size, 3);
});

test("jobs are listed with every filter, and pages are followed as they come", async () => {
  const ids = [];
  for (let i = 0; i < 4; i += 1) {
    const response = await start(await source(), await target());
    await (await getLongRunningPoller(client, response, { intervalInMs: 50 })).pollUntilDone();
    ids.push(idOf(response));
  }
  const queryParameters = { ids, statuses: ["Succeeded", "Cancelled"], orderby: ["createdDateTimeUtc asc"], maxpagesize: 1, createdDateTimeUtcStart: new Date(Date.now() - 3600_000), top: 3 };
  const first = await client.path("/document/batches").get({ queryParameters });
  assert.equal(first.status, "200");
  const found = [];
  for await (const job of paginate(client, first)) found.push(job.id);
  assert.deepEqual(found, ids.slice(0, 3));
});

test("bad requests are refused with code, target and inner error", async () => {
  const [from, to] = [await source(), await target()];
  const body = (language, from_language) => ({
    inputs: [{ source: { sourceUrl: from.url, language: from_language }, targets: [{ targetUrl: to.url, language }] }],
  });
  for (const [request, target, inner] of [
    [body("klingonese"), "inputs[0].targets[0].language", "InvalidToLanguage"],
    [body("es", "xx-unknown"), "inputs[0].source.language", "InvalidFromLanguage"],
    [{ inputs: [] }, "inputs", "MissingParameter"],
  ]) {
    const response = await client.path("/document/batches").post({ body: request });
    const { error } = response.body;
    assert.deepEqual([response.status, error.code, error.target, error.innerError.code], ["400", "InvalidRequest", target, inner]);
  }
});

test("bad values are refused and name their parameter", async () => {
  for (const [name, value] of [["top", -1], ["skip", -5], ["maxpagesize", 0], ["orderby", ["size asc"]], ["statuses", ["Sleeping"]], ["ids", ["x"]], ["createdDateTimeUtcEnd", "yesterday"]]) {
    const response = await client.path("/document/batches").get({ queryParameters: { [name]: value } });
    assert.equal(response.status, "400", name);
    assert.equal(response.body.error.target, name);
    assert.equal(response.body.error.innerError.code, "InvalidParameter");
  }
});

test("one document, synchronously", async () => {
  const response = await client.path("/document:translate").post({
    contentType: "multipart/form-data",
    queryParameters: { targetLanguage: "hi" },
    body: [{ name: "document", body: "This is a test.", filename: "test-input.txt", contentType: "text/html" }],
  });
  assert.equal(response.status, "200");
  assert.match(response.body.toString(), /Ťĥíś/);
  assert.equal(response.headers["content-type"], "application/octet-stream");
});

test("formats, and 404 for a job that is not there", async () => {
  const formats = await client.path("/document/formats").get({ queryParameters: { type: "document" } });
  assert.ok(formats.body.value.length > 0);
  const missing = await client.path("/document/batches/{id}", "00000000-0000-4000-8000-000000000000").get();
  assert.equal(missing.status, "404");
  assert.equal(missing.body.error.code, "ResourceNotFound");
});
