// Draws by the GPU: integer textures, no filtering, no blending. What it shows is reduce.ts, bit for bit in maxima.

import type { Draw, Paint, Renderer } from "./draws";
import { type Area, type Place, Renewal } from "./renewal";
import { COLOUR, reduceShader } from "./shaders";
import { Slots } from "./slots";
import { Layer, Program, table } from "./targets";
import { COLUMNS, ROWS, codeOf } from "./tile";

const PLANES = { max: 0, mean: 1, salient: 2 } as const;

export class WebGl implements Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly reducing: readonly Program[]; // one a plane
  private readonly colouring: Program;
  private readonly slots: Slots;
  private readonly layers: Layer[] = [];
  private places: readonly Place[] = [];
  private renewal = new Renewal();
  private readonly tables: WebGLTexture[]; // slots, across, upward, palette

  /** Throws where the canvas has no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error("there is no WebGL2");
    this.gl = gl;
    const textures = ["tiles", "slots", "across", "upward"];
    this.reducing = ([0, 1, 2] as const).map((plane) => new Program(gl, reduceShader(plane), textures));
    this.colouring = new Program(gl, COLOUR, ["codes", "others", "palette"]);
    this.slots = new Slots(gl);
    this.tables = Array.from({ length: 4 }, () => table(gl));
  }

  resize(width: number, height: number): boolean {
    if (this.canvas.width === width && this.canvas.height === height && this.layers.length) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    for (const layer of this.layers.splice(0)) layer.free();
    this.layers.push(new Layer(this.gl, width, height));
    this.renewal = new Renewal();
    return true;
  }

  reduce(draws: readonly Draw[]): void {
    const { gl } = this;
    const { places, other } = this.renewal.plan(draws);
    if (places.some(({ layer }) => layer === 1)) this.second();
    if (other) for (const layer of this.layers) layer.clear();
    this.layers.forEach((layer, i) => layer.move(places.filter((place) => place.layer === i)));
    gl.enable(gl.SCISSOR_TEST);
    for (const place of places) {
      for (const area of place.cleared) {
        this.within(place, area);
        this.layers[place.layer].now.clear();
      }
      for (const { draw, area } of place.strokes) {
        this.within(place, area);
        this.one(draw);
      }
    }
    gl.disable(gl.SCISSOR_TEST);
    this.places = places;
  }

  /** Where the codes of a second recording lie. */
  private second(): Layer {
    if (this.layers.length < 2) this.layers.push(new Layer(this.gl, this.canvas.width, this.canvas.height));
    return this.layers[1];
  }

  /** Leaves all but an area of a place as it is. */
  private within({ left, top, height }: Place, area: Area): void {
    this.gl.scissor(left + area.left, this.canvas.height - top - height + area.low, area.right - area.left, area.high - area.low);
  }

  private one(draw: Draw): void {
    const { gl } = this;
    const { part, mosaic } = draw;
    const reducing = this.reducing[PLANES[draw.plane]];
    reducing.use();
    this.layers[draw.layer].now.bind();
    gl.activeTexture(gl.TEXTURE0);
    const places = this.slots.place(mosaic.tiles);
    this.table(1, 0, gl.R32I, mosaic.blocks, mosaic.columns, places);
    this.table(2, 1, gl.RG32I, draw.width, 1, part.across.map((cell) => cell - mosaic.column * COLUMNS));
    this.table(3, 2, gl.RG32I, draw.height, 1, part.upward.map((cell) => cell - mosaic.block * ROWS));
    gl.uniform2i(reducing.at("origin"), draw.left, this.canvas.height - draw.top - draw.height);
    gl.uniform1i(reducing.at("blocks"), mosaic.blocks + (mosaic.top ? 0 : 1)); // one more: no row joins the last
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
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
    gl.bindTexture(gl.TEXTURE_2D, this.layers[0].now.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, other.now.texture);
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
    this.fill(paint.paper);
    gl.enable(gl.SCISSOR_TEST);
    for (const { left, top, width, height } of this.places) {
      const bottom = this.canvas.height - top - height;
      gl.scissor(left - 1, bottom - 1, width + 2, height + 2);
      this.fill(paint.line);
      gl.scissor(left, bottom, width, height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  private fill(colour: readonly number[]): void {
    const [red, green, blue] = colour.map((part) => part / 255);
    this.gl.clearColor(red, green, blue, 1);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }

  codes(): Uint16Array {
    const { gl } = this;
    const { width, height } = this.canvas;
    const four = new Uint32Array(4 * width * height);
    this.layers[0].now.bind();
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
