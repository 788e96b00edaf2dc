"""The face mesh by name: which of the 478 points are lips, lids, brows, irises, and which stand for the 68 of iBUG.

`left` and `right` are the person's own; in a picture that is not mirrored the right eye stands on the left.
Rings are closed and ordered. Indices as MediaPipe's face mesh numbers them; every landmarker gives all of them.
`regions` are the groups that artists set by hand; `mesh_to_68`, `mesh_to_51` and `mesh_to_5` pick the points of other
schemes, in their order.
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

# What the rings leave: the body of the lips and the skin about the features, sorted by where it lies on the mean face.
lip_body = (
    11, 12, 15, 16, 38, 41, 42, 62, 72, 73, 74, 76, 77, 85, 86, 89, 90, 96, 179, 180, 183, 184, 268, 271, 272, 292,
    302, 303, 304, 306, 307, 315, 316, 319, 320, 325, 403, 404, 407, 408,
)  # fmt: skip
nose_skin = (
    3, 20, 44, 45, 51, 59, 60, 75, 79, 99, 115, 122, 125, 131, 134, 141, 166, 174, 188, 193, 196, 198, 209, 217,
    218, 219, 220, 235, 236, 237, 238, 239, 240, 241, 242, 248, 250, 274, 275, 281, 289, 290, 305, 309, 328, 344,
    351, 354, 360, 363, 370, 392, 399, 412, 417, 419, 420, 429, 437, 438, 439, 440, 455, 456, 457, 458, 459, 460,
    461, 462,
)  # fmt: skip
mouth_skin = (
    18, 43, 57, 83, 92, 106, 164, 165, 167, 182, 186, 202, 273, 287, 313, 322, 335, 391, 393, 406, 410, 422,
)  # fmt: skip
right_orbit = (
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 56, 110, 112, 113, 121, 128, 130, 189, 190, 221, 222, 223, 225, 226,
    228, 229, 230, 231, 232, 233, 243, 244, 245, 247,
)  # fmt: skip
left_orbit = (
    252, 253, 254, 255, 256, 257, 258, 259, 260, 261, 286, 339, 341, 342, 350, 357, 359, 413, 414, 441, 442, 443,
    445, 446, 448, 449, 450, 451, 452, 453, 463, 464, 465, 467,
)  # fmt: skip
right_cheek = (
    34, 35, 36, 47, 49, 50, 100, 101, 102, 111, 114, 116, 117, 118, 119, 120, 123, 124, 126, 137, 139, 142, 143,
    147, 156, 177, 187, 192, 203, 205, 206, 207, 212, 213, 216, 227,
)  # fmt: skip
left_cheek = (
    264, 265, 266, 277, 279, 280, 329, 330, 331, 340, 343, 345, 346, 347, 348, 349, 352, 353, 355, 366, 368, 371,
    372, 376, 383, 401, 411, 416, 423, 425, 426, 427, 432, 433, 436, 447,
)  # fmt: skip
forehead_skin = (
    8, 9, 68, 69, 71, 104, 108, 151, 224, 298, 299, 301, 333, 337, 444,
)  # fmt: skip
jaw_skin = (
    32, 135, 138, 140, 169, 170, 171, 175, 194, 199, 200, 201, 204, 208, 210, 211, 214, 215, 262, 364, 367, 369,
    394, 395, 396, 418, 421, 424, 428, 430, 431, 434, 435,
)  # fmt: skip

# iBUG 300-W order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, outer lips 48-59, inner lips 60-67.
mesh_to_68 = (
    127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
    168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91,
    78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip

# The 68 without the jaw.
mesh_to_51 = mesh_to_68[17:]

# The five of ArcFace and of most detectors: middle of the right and of the left eye, tip of the nose, right and left
# corner of the mouth.
mesh_to_5 = (right_iris[0], left_iris[0], 4, 61, 291)

# Points whose texture is followed over the plate: first those the alignment is fitted to (17 to 48 and 54 of the 68),
# then skin spread evenly between them, away from the outline, the insides of the eyes and of the mouth.
anchors = (
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 291,
    199, 50, 280, 211, 431, 151, 313, 83, 355, 427, 207, 126, 372, 330, 434, 214, 101, 111, 9, 108, 337, 346, 428, 202,
    69, 208, 335, 299, 426, 206, 430, 262, 118, 32, 349, 120, 399, 425, 114, 333, 205, 353, 104, 182, 124, 441, 440,
    406, 18, 221, 106, 411, 266, 187, 220, 36, 423, 450, 203, 279, 351, 230, 391, 49, 449, 445,
)  # fmt: skip

# Where the outline belongs to the forehead, and where to the jaw: from ear to ear each.
upper_oval = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
lower_oval = (
    234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454,
)  # fmt: skip

# What an artist takes hold of as one; every point of the mesh is in at least one besides `whole`. Eyes are their lids.
regions = {
    "whole": tuple(range(POINTS)),
    "face_oval": face_oval,
    "forehead": upper_oval + forehead_skin,
    "jaw": lower_oval + jaw_skin,
    "cheeks": right_cheek + left_cheek,
    "right_cheek": right_cheek,
    "left_cheek": left_cheek,
    "right_brow": right_brow,
    "left_brow": left_brow,
    "right_eye": right_eye,
    "left_eye": left_eye,
    "right_orbit": right_orbit,
    "left_orbit": left_orbit,
    "right_iris": right_iris,
    "left_iris": left_iris,
    "nose": nose + nose_skin,
    "mouth": lips_outer + lips_inner + lip_body + mouth_skin,
    "lips": lips_outer + lips_inner + lip_body,
    "lips_outer": lips_outer,
    "lips_inner": lips_inner,
}

# Person's right and left: points of the skull that mirror each other.
symmetric_pairs = (
    (33, 263), (133, 362), (127, 356), (234, 454), (54, 284), (21, 251), (132, 361), (58, 288), (129, 358),
    (117, 346), (70, 300),
)  # fmt: skip
