// Everything the library offers, in reading order. A program that wants to compile faster includes the parts it uses.
#pragma once

// clang-format off
#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/shape.hpp"
#include "sevenfold/autograd/pool.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/array.hpp"
#include "sevenfold/autograd/variable.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/autograd/op.hpp"
#include "sevenfold/autograd/tape.hpp"
#include "sevenfold/autograd/gradcheck.hpp"

#include "sevenfold/optim/optimizer.hpp"
#include "sevenfold/optim/rules.hpp"

#include "sevenfold/data/file.hpp"
#include "sevenfold/data/elements.hpp"
#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/idx.hpp"
#include "sevenfold/data/image.hpp"
#include "sevenfold/data/dataset.hpp"
#include "sevenfold/data/loader.hpp"
#include "sevenfold/data/sets.hpp"

#include "sevenfold/nn/module.hpp"
#include "sevenfold/nn/init.hpp"
#include "sevenfold/nn/linear.hpp"
#include "sevenfold/nn/activation.hpp"
#include "sevenfold/nn/sequential.hpp"
#include "sevenfold/nn/mlp.hpp"
#include "sevenfold/nn/convolution.hpp"
#include "sevenfold/nn/embedding.hpp"
#include "sevenfold/nn/normalization.hpp"
#include "sevenfold/nn/dropout.hpp"
#include "sevenfold/nn/attention.hpp"
#include "sevenfold/nn/transformer.hpp"
#include "sevenfold/nn/vit.hpp"
#include "sevenfold/nn/summary.hpp"
#include "sevenfold/nn/safetensors.hpp"

#include "sevenfold/train/history.hpp"
#include "sevenfold/train/progress.hpp"
#include "sevenfold/train/early_stopping.hpp"
// clang-format on
