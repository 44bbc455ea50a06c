// Pieces of WebGL: textures that hold numbers, codes that are drawn into and moved, programs.

import type { Place } from "./renewal";
import { CORNERS } from "./shaders";
import { NOTHING } from "./tile";

export function table(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** Codes of all pixels, and a second place for them while they are moved. */
export class Layer {
  now: Target;
  private other: Target;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    width: number,
    height: number,
  ) {
    [this.now, this.other] = [new Target(gl, width, height), new Target(gl, width, height)];
    this.clear();
  }

  clear(): void {
    this.other.clear();
    this.now.clear();
  }

  /** Moves what lies in places by as many pixels as they say. */
  move(places: readonly Place[]): void {
    if (!places.some(({ moved: [x, y] }) => x || y)) return;
    const { gl, now } = this;
    [this.now, this.other] = [this.other, now];
    now.bind(gl.READ_FRAMEBUFFER);
    this.now.bind(gl.DRAW_FRAMEBUFFER);
    for (const { left, top, width, height, moved: [x, y] } of places) {
      const bottom = now.height - top - height;
      const [from, to] = [left + Math.max(0, x), left + width + Math.min(0, x)];
      const [low, high] = [bottom + Math.max(0, y), bottom + height + Math.min(0, y)];
      gl.blitFramebuffer(from, low, to, high, from - x, low - y, to - x, high - y, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    }
  }

  free(): void {
    for (const target of [this.now, this.other]) target.free();
  }
}

/** Codes of all pixels, to be drawn into and then read from. */
class Target {
  readonly texture: WebGLTexture;
  private readonly frame: WebGLFramebuffer;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    width: number,
    readonly height: number,
  ) {
    this.texture = table(gl);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16UI, width, height);
    this.frame = gl.createFramebuffer();
    this.bind();
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
  }

  bind(target: number = this.gl.FRAMEBUFFER): void {
    this.gl.bindFramebuffer(target, this.frame);
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

export class Program {
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
