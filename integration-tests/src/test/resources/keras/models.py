"""Makes the .h5 files beside it, and prints what Keras predicts of the features in KerasImportTest and KerasSequencesTest.

Keras 3 with h5py; the files are in the layout of Keras 2.10, the last that DL4J's importer reads whole:

    KERAS_BACKEND=tensorflow python models.py

(lstm.h5 is by KERAS_BACKEND=numpy; weights depend on the backend.)
"""

import json

import h5py
import keras
import numpy as np

FEATURES = np.array([[1, 2, 3, 4], [0.5, -1, 0, 2]], dtype=np.float32)
MODELS = {
    "softmax": ([("classes", 3, "softmax")], "categorical_crossentropy"),
    "softmax-layer": ([("classes", 3, "linear"), "softmax"], "categorical_crossentropy"),
    "sigmoid": ([("sign", 1, "sigmoid")], "binary_crossentropy"),
    "sigmoid-layer": ([("sign", 1, "linear"), "sigmoid"], "binary_crossentropy"),
    "linear": ([("number", 1, "linear")], "mean_squared_error"),
}
SEQUENCES = np.array([[[1, 2], [3, 4], [0, -1]], [[0.5, -1], [0, 2], [1, 1]]], dtype=np.float32)
ADAM = {"name": "Adam", "learning_rate": 0.001, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": False}


def model(layers):
    stack = [keras.Input((4,))]
    for layer in [("hidden", 8, "relu"), *layers]:
        if isinstance(layer, str):
            stack.append(keras.layers.Activation(layer, name="probabilities"))
        else:
            name, units, activation = layer
            stack.append(keras.layers.Dense(units, activation, bias_initializer="random_normal", name=name))
    return keras.Sequential(stack)


def old_layer(layer, first):
    config = {"name": layer.name, "trainable": True, "dtype": "float32"}
    recurrent = isinstance(layer, keras.layers.LSTM)
    if first:
        config["batch_input_shape"] = [None, 3, 2] if recurrent else [None, 4]
    config["activation"] = layer.activation.__name__
    if recurrent:
        config |= {
            "return_sequences": False,
            "return_state": False,
            "go_backwards": False,
            "stateful": False,
            "unroll": False,
            "recurrent_activation": "sigmoid",
            "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}},
            "recurrent_regularizer": None,
            "recurrent_constraint": None,
            "unit_forget_bias": True,
            "dropout": 0.0,
            "recurrent_dropout": 0.0,
            "implementation": 2,
        }
    if recurrent or isinstance(layer, keras.layers.Dense):
        config |= {
            "units": layer.units,
            "use_bias": True,
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
            "bias_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "activity_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
        }
    return {"class_name": type(layer).__name__, "config": config}


def definition(net, functional):
    layers = [old_layer(layer, i == 0 and not functional) for i, layer in enumerate(net.layers)]
    if not functional:
        return {"class_name": "Sequential", "config": {"name": "mlp", "layers": layers}}
    config = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "features"}
    nodes = [{"class_name": "InputLayer", "name": "features", "config": config, "inbound_nodes": []}]
    for layer in layers:
        inbound = [[[nodes[-1]["name"], 0, 0, {}]]]
        nodes.append(layer | {"name": layer["config"]["name"], "inbound_nodes": inbound})
    ends = {"input_layers": [["features", 0, 0]], "output_layers": [[nodes[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "mlp", "layers": nodes} | ends}


def write(path, net, loss, functional=False):
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        file.attrs["keras_version"] = "2.10.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(definition(net, functional))
        file.attrs["training_config"] = json.dumps(
            {"loss": loss, "metrics": None, "optimizer_config": {"class_name": "Adam", "config": ADAM}}
        )
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [layer.name.encode() for layer in net.layers]
        for layer in net.layers:
            cell = f"{layer.name}/lstm_cell" if isinstance(layer, keras.layers.LSTM) else layer.name
            names = [f"{cell}/{weight.name}:0" for weight in layer.weights]
            group = weights.create_group(layer.name)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.get_weights()):
                group.create_dataset(name, data=weight)


for name, (layers, loss) in MODELS.items():
    keras.utils.set_random_seed(1)
    net = model(layers)
    write(f"{name}.h5", net, loss)
    if name == "softmax":
        write("functional.h5", net, loss, functional=True)
    print(name, net.predict(FEATURES, verbose=0).tolist())

keras.utils.set_random_seed(1)
net = keras.Sequential(
    [
        keras.Input((3, 2)),
        keras.layers.LSTM(4, bias_initializer="random_normal", name="lstm"),
        keras.layers.Dense(3, "softmax", bias_initializer="random_normal", name="classes"),
    ]
)
write("lstm.h5", net, "categorical_crossentropy")
print("lstm", net.predict(SEQUENCES, verbose=0).tolist())
