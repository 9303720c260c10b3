#include "sevenfold/data/sets.hpp"

#include <cstdlib>
#include <utility>

#include "sevenfold/data/csv.hpp"
#include "sevenfold/data/idx.hpp"

namespace sevenfold {

namespace fs = std::filesystem;

// Written by the build: where the source tree is, and where the sets are installed.
extern const char *const source_sets_folder, *const installed_sets_folder;

namespace {

template <class T>
Dataset<T> shipped(const char* name, std::vector<std::string> class_names) {
    auto data = read_csv<T>(sets_folder() / (std::string(name) + ".csv"), {.label = "class"});
    data.class_names = std::move(class_names);
    data.classes = data.class_names.size();
    data.check();
    return data;
}

fs::path plain_or_gz(const fs::path& path) {
    const fs::path packed = fs::path(path).concat(".gz");
    std::error_code ignored;
    for (const fs::path& there : {path, packed})
        if (fs::exists(there, ignored)) return there;
    fail<FileError>("fashion_mnist", packed.string(), "there is no such file",
                    "Run: apt-get install dataset-fashion-mnist, or name the folder that holds the four IDX files.");
}

template <class T>
Dataset<T> fashion_mnist_part(const fs::path& folder, const std::string& part) {
    const fs::path images = plain_or_gz(folder / (part + "-images-idx3-ubyte"));
    const fs::path labels = plain_or_gz(folder / (part + "-labels-idx1-ubyte"));
    Dataset<T> data;
    data.title = "fashion_mnist " + part;
    data.class_names = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                        "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
    data.classes = data.class_names.size();
    data.features = read_idx<T>(images);
    data.labels = read_idx<std::int64_t>(labels);
    if (data.features.rank() != 3)
        fail<FileError>("fashion_mnist", text(images.string(), ": shape ", data.features.shape()),
                        "images are (N, H, W)");
    for (T& grey : data.features.flat()) grey /= T{255};
    data.check();
    return data;
}

}  // namespace

fs::path sets_folder() {
    std::error_code ignored;  // a place that cannot be looked at is not the place
    if (const char* chosen = std::getenv("SEVENFOLD_DATA")) {
        if (fs::is_directory(chosen, ignored)) return chosen;
        fail<FileError>("data", text("SEVENFOLD_DATA=", chosen), "there is no such folder",
                        "Set it to the folder with digits.csv, or leave it unset.");
    }
    for (const char* place : {source_sets_folder, installed_sets_folder})
        if (fs::is_directory(place, ignored)) return place;
    fail<FileError>("data", text("neither ", source_sets_folder, " nor ", installed_sets_folder),
                    "the shipped data sets are in none of these folders",
                    "Set SEVENFOLD_DATA to the folder with digits.csv.");
}

template <class T>
Dataset<T> digits() {
    auto data = shipped<T>("digits", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
    data.features = data.features.reshape({data.size(), 8, 8});
    for (T& grey : data.features.flat()) grey /= T{16};
    data.feature_names.clear();  // they name the columns of (N, 64)
    return data;
}

template <class T>
Dataset<T> iris() {
    return shipped<T>("iris", {"setosa", "versicolor", "virginica"});
}

template <class T>
Dataset<T> wine() {
    return shipped<T>("wine", {"cultivar 1", "cultivar 2", "cultivar 3"});
}

template <class T>
Dataset<T> breast_cancer() {
    return shipped<T>("breast_cancer", {"malignant", "benign"});
}

template <class T>
Split<T> fashion_mnist(const fs::path& folder) {
    return {fashion_mnist_part<T>(folder, "train"), fashion_mnist_part<T>(folder, "t10k")};
}

#define SEVENFOLD_INSTANTIATE(T)         \
    template Dataset<T> digits();        \
    template Dataset<T> iris();          \
    template Dataset<T> wine();          \
    template Dataset<T> breast_cancer(); \
    template Split<T> fashion_mnist(const fs::path&);
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)

}  // namespace sevenfold
