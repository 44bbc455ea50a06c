"""What follows the engine: arrays of frames to arrays of frames, one small file a family.

Rows lie in the last axis, frame by frame. Every operation treats a frame by itself and in one order, or walks from
frame to frame, so a frame's bits do not depend on the block that it came in.
"""
