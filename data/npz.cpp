#include "sevenfold/data/npz.hpp"

#include <algorithm>

#include "sevenfold/data/file.hpp"
#include "sevenfold/data/npy.hpp"

namespace sevenfold {
namespace {

constexpr std::string_view suffix = ".npy";

}  // namespace

Npz Npz::read(const std::filesystem::path& path) {
    Npz npz;
    npz.path_ = path.string();
    for (ZipMember& member : read_zip(path)) {
        if (!member.name.ends_with(suffix))
            fail<FileError>("npz", printable(text(npz.path_, ": a member \"", member.name, '"')),
                            "every member is an .npy file", "Is this an NPZ file?");
        member.name.resize(member.name.size() - suffix.size());
        npz.members_.push_back(std::move(member));
    }
    return npz;
}

void Npz::write(const std::filesystem::path& path, bool compress) const {
    std::vector<ZipMember> files = members_;
    for (ZipMember& file : files) file.name += suffix;
    write_file_atomically(path, to_zip(files, compress, path));
}

template <class T>
void Npz::set(const std::string& name, const Array<T>& array) {
    if (name.empty() || name.size() > 1000)
        fail<ValueError>("npz", text("a name of ", name.size(), " bytes"), "names have 1 to 1000 bytes");
    if (contains(name)) fail<ValueError>("npz", text('"', name, '"'), "there is an array of this name already");
    members_.push_back({name, to_npy(array)});
}

template <class T>
Array<T> Npz::get(std::string_view name) const {
    if (const ZipMember* member = find(name)) return from_npy<T>(member->bytes, text(path_, '/', name, suffix));
    std::string known;
    for (const ZipMember& member : members_) known += (known.empty() ? "" : ", ") + member.name;
    fail<IndexError>("npz", text(path_, ": \"", name, '"'), "there is no array of this name",
                     printable(text("The names are: ", known, ".")));
}

std::vector<std::string> Npz::names() const {
    std::vector<std::string> out;
    for (const ZipMember& member : members_) out.push_back(member.name);
    return out;
}

const ZipMember* Npz::find(std::string_view name) const {
    const auto found =
        std::find_if(members_.begin(), members_.end(), [&](const ZipMember& member) { return member.name == name; });
    return found == members_.end() ? nullptr : &*found;
}

#define SEVENFOLD_INSTANTIATE(T)                                 \
    template void Npz::set(const std::string&, const Array<T>&); \
    template Array<T> Npz::get(std::string_view) const;
SEVENFOLD_INSTANTIATE(float)
SEVENFOLD_INSTANTIATE(double)
SEVENFOLD_INSTANTIATE(std::int64_t)

}  // namespace sevenfold
