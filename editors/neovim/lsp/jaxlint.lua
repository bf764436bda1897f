-- jaxlint for Neovim 0.11 and newer. Put this file into ~/.config/nvim/lsp/ and say vim.lsp.enable('jaxlint').
--
-- :JaxlintVerify   runs the function under the cursor before and after its fixes, and shows the verdict
-- :JaxlintExplain  shows the page of the rule that reports something under the cursor
-- :JaxlintFixAll   fixes everything that is safe

---Ask the server for a command at the cursor; what it answers is shown in a window.
local function execute(client, buffer, command)
  local window = vim.api.nvim_get_current_win()
  local position = vim.lsp.util.make_position_params(window, client.offset_encoding).position
  local argument = { uri = vim.uri_from_bufnr(buffer), position = position }
  local params = { command = command, arguments = { argument } }
  client:request('workspace/executeCommand', params, function(err, answer)
    if err then
      vim.notify('jaxlint: ' .. err.message, vim.log.levels.ERROR)
    elseif answer and type(answer.markdown) == 'string' then
      vim.lsp.util.open_floating_preview(vim.split(answer.markdown, '\n'), 'markdown', { focus_id = command })
    end
  end, buffer)
end

---Fix everything that is safe, and wait for it, so that it can be done before a file is written.
local function fix_all(client, buffer)
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  params.context = { only = { 'source.fixAll.jaxlint' }, diagnostics = {} }
  local answer = client:request_sync('textDocument/codeAction', params, 5000, buffer)
  for _, action in ipairs(answer and answer.result or {}) do
    if not action.edit then
      local resolved = client:request_sync('codeAction/resolve', action, 5000, buffer)
      action = resolved and resolved.result or action
    end
    if action.edit then
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
    end
  end
end

---@type vim.lsp.Config
return {
  cmd = { 'jaxlint', 'server' },
  filetypes = { 'python' },
  root_markers = { 'jaxlint.toml', '.jaxlint.toml', 'pyproject.toml', '.git' },
  init_options = { rendersMarkdown = true },
  settings = { jaxlint = {} },
  on_attach = function(client, buffer)
    local function command(name, action)
      vim.api.nvim_buf_create_user_command(buffer, name, action, {})
    end
    command('JaxlintVerify', function()
      execute(client, buffer, 'jaxlint.verify')
    end)
    command('JaxlintExplain', function()
      execute(client, buffer, 'jaxlint.explain')
    end)
    command('JaxlintFixAll', function()
      fix_all(client, buffer)
    end)
  end,
}
