"""The face mesh by name: which of the 478 points are lips, lids, brows, irises, and which stand for the 68 of iBUG.

`left` and `right` are the person's own; in a picture that is not mirrored the right eye stands on the left.
Rings are closed and ordered. Indices as MediaPipe's face mesh numbers them.
"""

POINTS = 478

right_iris = (468, 469, 470, 471, 472)
left_iris = (473, 474, 475, 476, 477)
irises = right_iris + left_iris

# Clockwise in the picture from the middle of the hairline, over the person's left cheek to the chin and back.
face_oval = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# Lid rings from the outer corner along the upper lid to the inner corner, and back along the lower lid.
right_eye = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
left_eye = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)

# From the person's right corner of the mouth along the upper edge, and back along the lower edge.
lips_outer = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
lips_inner = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)

# Upper edge from the outer end to the inner, and back along the lower edge.
right_brow = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
left_brow = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)

nose = (168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 98, 97, 326, 327, 129, 358, 64, 294, 48, 278)

# iBUG 300-W order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, outer lips 48-59, inner lips 60-67.
mesh_to_68 = (
    127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
    168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91,
    78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip

# Points whose texture is followed over the plate: first those the alignment is fitted to (17 to 48 and 54 of the 68),
# then skin spread evenly between them, away from the outline, the insides of the eyes and of the mouth.
anchors = (
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 291,
    199, 50, 280, 211, 431, 151, 313, 83, 355, 427, 207, 126, 372, 330, 434, 214, 101, 111, 9, 108, 337, 346, 428, 202,
    69, 208, 335, 299, 426, 206, 430, 262, 118, 32, 349, 120, 399, 425, 114, 333, 205, 353, 104, 182, 124, 441, 440,
    406, 18, 221, 106, 411, 266, 187, 220, 36, 423, 450, 203, 279, 351, 230, 391, 49, 449, 445,
)  # fmt: skip

regions = {
    "face_oval": face_oval,
    "right_eye": right_eye,
    "left_eye": left_eye,
    "lips_outer": lips_outer,
    "lips_inner": lips_inner,
    "right_brow": right_brow,
    "left_brow": left_brow,
    "nose": nose,
    "right_iris": right_iris,
    "left_iris": left_iris,
}

# Person's right and left: points of the skull that mirror each other.
symmetric_pairs = (
    (33, 263), (133, 362), (127, 356), (234, 454), (54, 284), (21, 251), (132, 361), (58, 288), (129, 358),
    (117, 346), (70, 300),
)  # fmt: skip
