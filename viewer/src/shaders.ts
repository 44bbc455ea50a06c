// What the GPU runs. First cells to codes, a pixel at a time (reduce.ts is its definition); then codes to colours, so that
// another range or other colours need no more than the second.

export const CORNERS = `#version 300 es
void main() { // one triangle that covers everything
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0, 1);
}`;

/** For one plane: 0 max, 1 mean, 2 salient. */
export const reduceShader = (plane: 0 | 1 | 2): string => `#version 300 es
#define PLANE ${plane}
precision highp float;
precision highp int;
precision highp usampler2DArray;
precision highp isampler2D;
uniform usampler2DArray tiles;  // (row, column, slot)
uniform isampler2D slots;       // (block, column of tiles); -1 where a tile has not come
uniform isampler2D across;      // first and last cell of each pixel, from the first tile on
uniform isampler2D upward;
uniform ivec2 origin;           // pixels
uniform int blocks;
layout(location = 0) out uint code;

const float OCTAVES = 3.3219280948873623 / 10.0 / 128.0;
const float MIDDLE = 32768.0;

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  ivec2 columns = texelFetch(across, ivec2(at.x, 0), 0).xy;
  ivec2 rows = texelFetch(upward, ivec2(at.y, 0), 0).xy;
  if (columns.x > columns.y || rows.x > rows.y) discard;
  int block = min(rows.x >> 9, blocks - 1);
  bool one = block == min(rows.y >> 9, blocks - 1) && columns.x >> 8 == columns.y >> 8; // tile, as for most pixels
  int slot = texelFetch(slots, ivec2(block, columns.x >> 8), 0).x;
  uint most = 0u;
  float sum = 0.0;
  int n = 0;
  for (int c = columns.x; c <= columns.y; c++) {
    for (int r = rows.x; r <= rows.y; r++) {
      if (!one) {
        block = min(r >> 9, blocks - 1);
        slot = texelFetch(slots, ivec2(block, c >> 8), 0).x;
      }
      if (slot < 0) discard;
      uint cell = texelFetch(tiles, ivec3(r - (block << 9), c & 255, slot), 0).x;
      if (cell == 0u) continue;
      most = max(most, cell);
#if PLANE > 0
      sum += exp2((float(cell) - MIDDLE) * OCTAVES);
      n++;
#endif
    }
  }
  code = most;
#if PLANE > 0
  if (n < 2) return;
  float mean = sum / float(n);
#if PLANE == 2
  float salient = float(n) * (1.0 - pow(0.01 / float(n), 1.0 / float(n - 1)));
  if (exp2((float(most) - MIDDLE) * OCTAVES) > mean * salient) return;
#endif
  code = uint(log2(mean) / OCTAVES + MIDDLE + 0.5);
#endif
}`;

export const COLOUR = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D codes;
uniform usampler2D others;      // of the second recording, where a difference is shown
uniform sampler2D palette;
uniform vec2 range;             // codes at both ends of the colours, or decibels of a difference
uniform bool difference;
uniform vec3 paper, missing, hatch;
out vec4 colour;

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint code = texelFetch(codes, at, 0).x;
  uint other = difference ? texelFetch(others, at, 0).x : 1u;
  if (code == 65535u || other == 65535u) {
    colour = vec4(paper, 1);
    return;
  }
  if (code == 0u || other == 0u) {
    colour = vec4((at.x + at.y) % 8 == 0 ? hatch : missing, 1);
    return;
  }
  float value = difference ? (float(code) - float(other)) / 128.0 : float(code);
  float share = (value - range.x) / (range.y - range.x);
  colour = vec4(texelFetch(palette, ivec2(clamp(int(floor(share * 256.0)), 0, 255), 0), 0).rgb, 1);
}`;
