"""What ONNX Runtime raises for models that it cannot load or run."""

from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

foreign_errors = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    ort_errors.EPFail,
)
