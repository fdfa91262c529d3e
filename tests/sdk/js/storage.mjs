// Containers in Azurite, handed out as SAS URLs the way the cloud's users make them.

import { randomUUID } from "node:crypto";
import { BlobServiceClient, ContainerSASPermissions, StorageSharedKeyCredential } from "@azure/storage-blob";

const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const service = new BlobServiceClient(process.env.AZURITE_BLOBS, new StorageSharedKeyCredential(account, key));

export const endpoint = process.env.TERJUMAN_ENDPOINT;
export const credential = { key: process.env.TERJUMAN_KEY ?? "terjuman-dev-key" };

async function container(permissions, documents) {
  const client = service.getContainerClient(`js-${randomUUID()}`);
  await client.create();
  for (const [name, text] of Object.entries(documents)) {
    await client.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  }
  const expiresOn = new Date(Date.now() + 3600_000);
  const url = await client.generateSasUrl({ permissions: ContainerSASPermissions.parse(permissions), expiresOn });
  return { client, url };
}

/** A container to read and list, with these documents in it. */
export const source = (documents = { "Document1.txt": "First written english document" }) => container("rl", documents);

/** A container to write and list: the least that a target needs. */
export const target = (documents = {}) => container("wl", documents);

/** The URL of one file in the container, with the container's SAS. */
export function fileUrl(url, name) {
  const file = new URL(url);
  file.pathname += `/${name}`;
  return file.toString();
}

export async function read({ client }, name) {
  return (await client.getBlockBlobClient(name).downloadToBuffer()).toString("utf8");
}

export async function names({ client }) {
  const found = [];
  for await (const blob of client.listBlobsFlat()) found.push(blob.name);
  return found;
}

/** A source of so many small documents. */
export function many(count) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`File_${i}.txt`, `This is document number ${i}.`]));
}
