"""Files and folders that systems leave beside pictures: no classes, and no bad files."""

from __future__ import annotations

_NAMES = frozenset(
    {
        # Windows
        *("$recycle.bin", "recycler", "recycled", "system volume information", "desktop.ini"),
        *("thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "$extend"),
        *("msocache", "$winreagent", "config.msi", "indexervolumeguid", "wpsettings.dat"),
        # macOS
        *("__macosx", ".ds_store", ".localized", ".trashes", ".fseventsd", ".spotlight-v100"),
        *(".temporaryitems", ".documentrevisions-v100", ".appledouble", ".appledb"),
        *(".volumeicon.icns", "icon\r", "network trash folder", "temporary items", ".apdisk"),
        ".com.apple.timemachine.donotpresent",
        # Linux, Android and network storage
        *("lost+found", "lost.dir", ".directory", ".thumbnails", ".nomedia", ".picasa.ini"),
        *("@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", ".@__thumb", "@tmp"),
        *(".snapshot", ".snapshots", ".sync", ".stfolder", ".dropbox", ".dropbox.cache"),
        # Tools
        *(".ipynb_checkpoints", "__pycache__", ".git", ".gitattributes", ".gitignore", ".gitkeep"),
        *(".svn", ".hg", ".idea", ".vscode", ".cache", ".dvc", ".dvcignore", ".keep"),
    }
)
_BEGINNINGS = (
    *("._", ".trash-", ".nfs", ".fuse_hidden", ".~lock.", ".goutputstream-"),
    *("found.0", "$windows.~"),
)


def is_system_name(name: str) -> bool:
    """Whether a file or folder is of a system or a tool by its name, in any case."""
    low = name.lower()
    return low in _NAMES or low.startswith(_BEGINNINGS)
