/**
 * Puts coded samples into an MP4 that plays while it downloads: ftyp, moov, mdat, in that order (ISO/IEC 14496-12).
 * It knows tracks, times and boxes, not codecs: a track brings its own sample entry. No box carries a date, so equal
 * samples make equal files. Samples of all tracks are interleaved second by second, one chunk a second and track.
 */

/** One coded sample: its bytes, its length in the track's timescale, and whether decoding may start at it. */
export interface Sample {
  readonly data: Uint8Array;
  readonly duration: number;
  readonly key: boolean;
}

/** One track; `timescale` is ticks a second, `entry` the sample entry box (avc1, mp4a, fLaC) with its configuration. */
export interface Track {
  readonly kind: "video" | "audio";
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
  readonly entry: Uint8Array;
  readonly samples: readonly Sample[];
  /** Which piece of the samples is played, and how much later than the movie begins; absent, all of them at once. */
  readonly edit?: Edit;
}

/** `fromTicks` in the track's timescale. */
interface Edit {
  readonly delayMs: number;
  readonly fromTicks: number;
  readonly lastsMs: number;
}

const MOVIE_TIMESCALE = 1000;
const UNITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
const LANGUAGE_UNDETERMINED = 0x55c4;

/** One whole file in memory. */
export function mp4(tracks: readonly Track[]): Uint8Array {
  const fileType = box("ftyp", text("isom"), u32(0x200), text("isomiso2avc1mp41"));
  const chunked = tracks.map(chunks);
  // The offsets stand in moov, before the data they point to; moov's length does not depend on their values.
  const blank = movie(
    tracks,
    chunked,
    chunked.map((list) => list.map(() => 0)),
  );
  const { order, offsets } = interleave(chunked, fileType.length + blank.length + 8);
  return concat([fileType, movie(tracks, chunked, offsets), box("mdat", ...order)]);
}

/** The avc1 sample entry around an avcC record. */
export function videoEntry(width: number, height: number, configuration: Uint8Array): Uint8Array {
  return box(
    "avc1",
    zeros(6),
    u16(1),
    zeros(16),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    zeros(32),
    u16(24, 0xffff),
    box("avcC", configuration),
    box("colr", text("nclx"), u16(1, 1, 1), zeros(1)),
    box("pasp", u32(1, 1)),
  );
}

/** The mp4a sample entry of AAC, around an AudioSpecificConfig. */
export function aacEntry(channels: number, rate: number, configuration: Uint8Array): Uint8Array {
  return audioEntry("mp4a", channels, rate, elementaryStream(0x40, descriptor(0x05, configuration)));
}

/** The mp4a sample entry of MP3 (MPEG-1 layer III, and MPEG-2 by the same number), which needs no configuration. */
export function mp3Entry(channels: number, rate: number): Uint8Array {
  return audioEntry("mp4a", channels, rate, elementaryStream(0x6b));
}

/** The fLaC sample entry around STREAMINFO, by the mapping of FLAC into ISO media files. */
export function flacEntry(rate: number, streamInfo: Uint8Array): Uint8Array {
  const lastBlock = Uint8Array.of(0x80, 0, 0, streamInfo.length);
  return audioEntry("fLaC", 1, rate, fullBox("dfLa", 0, lastBlock, streamInfo));
}

function audioEntry(kind: string, channels: number, rate: number, configuration: Uint8Array): Uint8Array {
  return box(kind, zeros(6), u16(1), zeros(8), u16(channels, 16, 0, 0), u32(rate * 0x10000), configuration);
}

function elementaryStream(objectType: number, ...specific: readonly Uint8Array[]): Uint8Array {
  const decoder = descriptor(0x04, Uint8Array.of(objectType, 0x15, 0, 0, 0), u32(0, 0), ...specific);
  const stream = descriptor(0x03, u16(0), zeros(1), decoder, descriptor(0x06, Uint8Array.of(2)));
  return fullBox("esds", 0, stream);
}

interface Chunk {
  readonly second: number;
  readonly samples: readonly Sample[];
}

function chunks(track: Track): readonly Chunk[] {
  const list: { second: number; samples: Sample[] }[] = [];
  let time = 0;
  for (const sample of track.samples) {
    const second = Math.floor(time / track.timescale);
    const last = list.at(-1);
    if (last?.second === second) last.samples.push(sample);
    else list.push({ second, samples: [sample] });
    time += sample.duration;
  }
  return list;
}

function interleave(
  chunked: readonly (readonly Chunk[])[],
  start: number,
): { readonly order: readonly Uint8Array[]; readonly offsets: readonly (readonly number[])[] } {
  const flat = chunked.flatMap((list, track) => list.map((chunk, index) => ({ ...chunk, track, index })));
  flat.sort((a, b) => a.second - b.second || a.track - b.track);
  const order: Uint8Array[] = [];
  const offsets: number[][] = chunked.map(() => []);
  let at = start;
  for (const chunk of flat) {
    offsets[chunk.track]?.push(at);
    for (const { data } of chunk.samples) {
      order.push(data);
      at += data.length;
    }
  }
  return { order, offsets };
}

function movie(
  tracks: readonly Track[],
  chunked: readonly (readonly Chunk[])[],
  offsets: readonly (readonly number[])[],
): Uint8Array {
  const duration = Math.max(0, ...tracks.map(movieDuration));
  const header = fullBox(
    "mvhd",
    0,
    u32(0, 0, MOVIE_TIMESCALE, duration, 0x10000),
    u16(0x100),
    zeros(10),
    u32(...UNITY_MATRIX),
    zeros(24),
    u32(tracks.length + 1),
  );
  return box(
    "moov",
    header,
    ...tracks.map((track, i) => trackBox(track, i + 1, chunked[i] ?? [], offsets[i] ?? [])),
  );
}

function trackBox(track: Track, id: number, list: readonly Chunk[], offsets: readonly number[]): Uint8Array {
  const video = track.kind === "video";
  const header = fullBox(
    "tkhd",
    3,
    u32(0, 0, id, 0, movieDuration(track)),
    zeros(8),
    u16(0, 0, video ? 0 : 0x100, 0),
    u32(...UNITY_MATRIX),
    u32(track.width * 0x10000, track.height * 0x10000),
  );
  const mediaHeader = fullBox(
    "mdhd",
    0,
    u32(0, 0, track.timescale, trackDuration(track)),
    u16(LANGUAGE_UNDETERMINED, 0),
  );
  const handler = fullBox("hdlr", 0, u32(0), text(video ? "vide" : "soun"), zeros(12), text("klingmake\0"));
  const kindHeader = video ? fullBox("vmhd", 1, zeros(8)) : fullBox("smhd", 0, zeros(4));
  const references = box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 1)));
  const information = box("minf", kindHeader, references, sampleTable(track, list, offsets));
  const edits = track.edit === undefined ? [] : [box("edts", editList(track.edit))];
  return box("trak", header, ...edits, box("mdia", mediaHeader, handler, information));
}

/** An edit without media, whose time is -1, delays what follows. */
function editList({ delayMs, fromTicks, lastsMs }: Edit): Uint8Array {
  const delay = delayMs > 0 ? [u32(delayMs, 0xffffffff, 0x10000)] : [];
  return fullBox("elst", 0, u32(delay.length + 1), ...delay, u32(lastsMs, fromTicks, 0x10000));
}

function sampleTable(track: Track, list: readonly Chunk[], offsets: readonly number[]): Uint8Array {
  const times = runs(track.samples.map((sample) => sample.duration));
  const counts = list.map((chunk) => chunk.samples.length);
  const counted = counts.flatMap((count, i) => (count === counts[i - 1] ? [] : [i + 1, count, 1]));
  const keys = track.samples.flatMap((sample, i) => (sample.key ? [i + 1] : []));
  const everyKey = keys.length === track.samples.length;
  return box(
    "stbl",
    fullBox("stsd", 0, u32(1), track.entry),
    fullBox("stts", 0, u32(times.length, ...times.flat())),
    ...(everyKey ? [] : [fullBox("stss", 0, u32(keys.length, ...keys))]),
    fullBox("stsc", 0, u32(counted.length / 3, ...counted)),
    fullBox("stsz", 0, u32(0, track.samples.length, ...track.samples.map(({ data }) => data.length))),
    fullBox("stco", 0, u32(offsets.length, ...offsets)),
  );
}

function runs(values: readonly number[]): readonly (readonly [count: number, value: number])[] {
  const list: [number, number][] = [];
  for (const value of values) {
    const last = list.at(-1);
    if (last?.[1] === value) last[0]++;
    else list.push([1, value]);
  }
  return list;
}

function trackDuration(track: Track): number {
  return track.samples.reduce((sum, sample) => sum + sample.duration, 0);
}

function movieDuration(track: Track): number {
  if (track.edit !== undefined) return track.edit.delayMs + track.edit.lastsMs;
  return Math.round((trackDuration(track) * MOVIE_TIMESCALE) / track.timescale);
}

function descriptor(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  if (body.length > 0x7f) throw new RangeError("a descriptor that long has a length of several bytes");
  return concat([Uint8Array.of(tag, body.length), body]);
}

function box(kind: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  return concat([u32(length), text(kind), ...parts]);
}

function fullBox(kind: string, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(kind, u32(flags), ...parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return bytes;
}

function text(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}
