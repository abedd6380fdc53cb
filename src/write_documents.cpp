// Build-time program: writes what comes from the tables of directives, reasons and messages, so that no list
// of them is kept by hand. Usage: write_documents MANUAL_TEMPLATE OUTPUT_DIRECTORY

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "config/help.hpp"
#include "machine/catalog.hpp"

namespace {

bool write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    if (!file) std::cerr << "cannot write " << path << '\n';
    return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: write_documents MANUAL_TEMPLATE OUTPUT_DIRECTORY\n";
        return 2;
    }
    std::ifstream template_file{argv[1]};
    std::stringstream manual_text;
    manual_text << template_file.rdbuf();
    std::string manual = manual_text.str();
    constexpr std::string_view k_place = "@DIRECTIVES@\n";
    const auto place = manual.find(k_place);
    if (place == manual.npos) {
        std::cerr << argv[1] << " has no line @DIRECTIVES@\n";
        return 1;
    }
    manual.replace(place, k_place.size(), pxed::config::manual_section());

    const std::filesystem::path output{argv[2]};
    std::filesystem::create_directories(output);
    const bool is_written = write(output / "pxed.conf.5", manual) &&
                            write(output / "pxed.bash", pxed::config::bash_completion()) &&
                            write(output / "_pxed", pxed::config::zsh_completion()) &&
                            write(output / "pxed.fish", pxed::config::fish_completion()) &&
                            write(output / "pxed.vim", pxed::config::vim_syntax()) &&
                            write(output / "config_file.dict", pxed::config::fuzz_dictionary()) &&
                            write(output / "pxed.catalog", pxed::catalog_text());
    return is_written ? 0 : 1;
}
