import numpy as np

from faceplate.values import Matrix

# The 33 of the 68 iBUG points that hold still on a face: brows, nose, eyes and the corners of the mouth.
steady_points = (*range(17, 49), 54)

# Where those points lie on a mean face, in units of the face square. The values are the ones that DeepFaceLab's
# models were trained on, so a crop built from them is the crop such a model expects.
mean_face: Matrix = np.array(
    [
        [0.000213, 0.106454], [0.075262, 0.038915], [0.181130, 0.018748], [0.290770, 0.034489], [0.393397, 0.077391],
        [0.586856, 0.077391], [0.689483, 0.034489], [0.799124, 0.018748], [0.904991, 0.038915], [0.980040, 0.106454],
        [0.490127, 0.203352], [0.490127, 0.307009], [0.490127, 0.409805], [0.490127, 0.515625], [0.366880, 0.587326],
        [0.426036, 0.609345], [0.490127, 0.628106], [0.554217, 0.609345], [0.613373, 0.587326], [0.121737, 0.216423],
        [0.187122, 0.178758], [0.265825, 0.179852], [0.334606, 0.231733], [0.260918, 0.245099], [0.182743, 0.244077],
        [0.645647, 0.231733], [0.714428, 0.179852], [0.793132, 0.178758], [0.858516, 0.216423], [0.797510, 0.244077],
        [0.719335, 0.245099], [0.254149, 0.780233], [0.726104, 0.780233],
    ]
)  # fmt: skip
