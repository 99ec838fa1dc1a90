# SPDX-License-Identifier: BSD-3-Clause
"""The parts of the real-kernel layer: image, machine, cell, shapes, judge."""
