// Draws by the GPU: integer textures, no filtering, no blending. What it shows is reduce.ts, bit for bit in maxima.

import type { Draw, Paint, Renderer } from "./draws";
import { COLOUR, CORNERS, reduceShader } from "./shaders";
import { Slots } from "./slots";
import { COLUMNS, NOTHING, ROWS, codeOf } from "./tile";

const PLANES = { max: 0, mean: 1, salient: 2 } as const;

export class WebGl implements Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly reducing: readonly Program[]; // one a plane
  private readonly colouring: Program;
  private readonly slots: Slots;
  private readonly layers: Target[] = [];
  private places: number[][] = []; // left, top, width and height of what has been drawn
  private readonly tables: WebGLTexture[]; // slots, across, upward, palette

  /** Throws where the canvas has no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("there is no WebGL2");
    this.gl = gl;
    const textures = ["tiles", "slots", "across", "upward"];
    this.reducing = ([0, 1, 2] as const).map((plane) => new Program(gl, reduceShader(plane), textures));
    this.colouring = new Program(gl, COLOUR, ["codes", "others", "palette"]);
    this.slots = new Slots(gl);
    this.tables = Array.from({ length: 4 }, () => table(gl));
  }

  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height && this.layers.length) return;
    this.canvas.width = width;
    this.canvas.height = height;
    for (const layer of this.layers.splice(0)) layer.free();
    this.layers.push(new Target(this.gl, width, height));
  }

  reduce(draws: readonly Draw[]): void {
    const { gl } = this;
    if (draws.some((draw) => draw.layer === 1)) this.second();
    for (const layer of this.layers) layer.clear();
    gl.enable(gl.SCISSOR_TEST);
    for (const draw of draws) this.one(draw);
    gl.disable(gl.SCISSOR_TEST);
    this.places = [...new Map(draws.map(({ left, top, width, height }) => [`${left} ${top}`, [left, top, width, height]])).values()];
  }

  /** Where the codes of a second recording lie. */
  private second(): Target {
    if (this.layers.length < 2) {
      this.layers.push(new Target(this.gl, this.canvas.width, this.canvas.height));
      this.layers[1].clear();
    }
    return this.layers[1];
  }

  private one(draw: Draw): void {
    const { gl } = this;
    const { part, mosaic } = draw;
    const reducing = this.reducing[PLANES[draw.plane]];
    reducing.use();
    this.layers[draw.layer].bind();
    gl.activeTexture(gl.TEXTURE0);
    const places = this.slots.place(mosaic.tiles);
    this.table(1, 0, gl.R32I, mosaic.blocks, mosaic.columns, places);
    this.table(2, 1, gl.RG32I, draw.width, 1, part.across.map((cell) => cell - mosaic.column * COLUMNS));
    this.table(3, 2, gl.RG32I, draw.height, 1, part.upward.map((cell) => cell - mosaic.block * ROWS));
    const bottom = this.canvas.height - draw.top - draw.height;
    gl.uniform2i(reducing.at("origin"), draw.left, bottom);
    gl.uniform1i(reducing.at("blocks"), mosaic.blocks + (mosaic.top ? 0 : 1)); // one more: no row joins the last
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.scissor(draw.left, bottom + part.from, draw.width, part.to - part.from);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private table(unit: number, which: number, format: number, width: number, height: number, numbers: Int32Array): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.tables[which]);
    const kind = format === gl.R32I ? gl.RED_INTEGER : gl.RG_INTEGER;
    gl.texImage2D(gl.TEXTURE_2D, 0, format, width, height, 0, kind, gl.INT, numbers);
  }

  colour(paint: Paint): void {
    const { gl, colouring } = this;
    const other = paint.difference ? this.second() : this.layers[0];
    colouring.use();
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.layers[0].texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, other.texture);
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, this.tables[3]);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, paint.palette);
    const [low, high] = paint.difference ? paint.range : paint.range.map(exact);
    gl.uniform2f(colouring.at("range"), low, high);
    gl.uniform1i(colouring.at("difference"), paint.difference ? 1 : 0);
    for (const name of ["paper", "missing", "hatch"] as const) {
      const [red, green, blue] = paint[name];
      gl.uniform3f(colouring.at(name), red / 255, green / 255, blue / 255);
    }
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const [red, green, blue] = paint.paper.map((part) => part / 255);
    gl.clearColor(red, green, blue, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    for (const [left, top, width, height] of this.places) {
      gl.scissor(left, this.canvas.height - top - height, width, height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  codes(): Uint16Array {
    const { gl } = this;
    const { width, height } = this.canvas;
    const four = new Uint32Array(4 * width * height);
    this.layers[0].bind();
    gl.readPixels(0, 0, width, height, gl.RGBA_INTEGER, gl.UNSIGNED_INT, four);
    const codes = new Uint16Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) codes[(height - 1 - y) * width + x] = four[4 * (y * width + x)];
    }
    return codes;
  }

  free(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/** The code of a level, with its fraction. */
const exact = (level: number): number => codeOf(0) + level * (codeOf(1) - codeOf(0));

function table(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** Codes of all pixels, to be drawn into and then read from. */
class Target {
  readonly texture: WebGLTexture;
  private readonly frame: WebGLFramebuffer;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    width: number,
    height: number,
  ) {
    this.texture = table(gl);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16UI, width, height);
    this.frame = gl.createFramebuffer();
    this.bind();
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
  }

  bind(): void {
    this.gl.bindFramebuffer(this.gl.FRAMEBUFFER, this.frame);
  }

  clear(): void {
    this.bind();
    this.gl.clearBufferuiv(this.gl.COLOR, 0, [NOTHING, 0, 0, 0]);
  }

  free(): void {
    this.gl.deleteFramebuffer(this.frame);
    this.gl.deleteTexture(this.texture);
  }
}

class Program {
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(
    private readonly gl: WebGL2RenderingContext,
    fragment: string,
    private readonly samplers: readonly string[],
  ) {
    this.program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, CORNERS], [gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const logs = gl.getAttachedShaders(this.program)!.map((shader) => gl.getShaderInfoLog(shader));
      throw new Error([gl.getProgramInfoLog(this.program), ...logs].join("\n"));
    }
  }

  use(): void {
    this.gl.useProgram(this.program);
    this.samplers.forEach((name, unit) => this.gl.uniform1i(this.at(name), unit));
  }

  at(name: string): WebGLUniformLocation | null {
    if (!this.places.has(name)) this.places.set(name, this.gl.getUniformLocation(this.program, name));
    return this.places.get(name)!;
  }
}
