#include "sevenfold/nn/save.hpp"

#include "sevenfold/data/npz.hpp"
#include "sevenfold/nn/safetensors.hpp"

namespace sevenfold {

template <class T>
void save(const Module<T>& model, const std::filesystem::path& path) {
    if (path.extension() == ".npz") {
        Npz file;
        for (const auto& [name, array] : model.state()) file.set(name, array);
        return file.write(path);
    }
    SafetensorsWriter file;
    for (const auto& [name, array] : model.state()) file.add(name, array);
    file.write(path);
}

template <class T>
void load(Module<T>& model, const std::filesystem::path& path) {
    State<T> state;
    if (path.extension() == ".npz") {
        const Npz file = Npz::read(path);
        for (const std::string& name : file.names()) state.emplace_back(name, file.get<T>(name));
    } else {
        const SafetensorsFile file(path);
        for (const auto& entry : file.entries()) state.emplace_back(entry.name, file.read<T>(entry.name));
    }
    model.load_state(state, path.string());
}

template void save(const Module<float>&, const std::filesystem::path&);
template void save(const Module<double>&, const std::filesystem::path&);
template void load(Module<float>&, const std::filesystem::path&);
template void load(Module<double>&, const std::filesystem::path&);

}  // namespace sevenfold
